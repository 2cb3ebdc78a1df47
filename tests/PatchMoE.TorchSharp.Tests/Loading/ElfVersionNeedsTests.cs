using System.Buffers.Binary;
using PatchMoE.TorchSharp.Loading;

namespace PatchMoE.TorchSharp.Tests.Loading;

/// <summary>Version requirements of a library built here: symbol 1 has version 2 and a relocation, symbol 2 has version 3 and none.</summary>
[TestFixture]
public sealed class ElfVersionNeedsTests
{
    private const int Address = 0x10000;
    private const int Dynamic = 0x100;
    private const int Versions = 0x200;
    private const int Needs = 0x220;
    private const int Relocations = 0x280;

    /// <summary>The entries of versions 2 and 3 follow the library's own; flags are their third half-word.</summary>
    private const int FlagsOfUsed = Needs + 16 + 4;
    private const int FlagsOfUnused = FlagsOfUsed + 16;

    [Test]
    public void OnlyTheUnusedVersion_BecomesWeak([Values] bool called)
    {
        byte[] library = Library(called ? 0x17 : 7);
        byte[] copy = ElfVersionNeeds.WeakenUnused(library);
        byte[] expected = [.. library];
        expected[FlagsOfUnused] = 2;
        Assert.That(copy, Is.EqualTo(expected));
        Assert.That(library[FlagsOfUnused], Is.Zero, "the original");
        Assert.That(ElfVersionNeeds.WeakenUnused(copy), Is.EqualTo(copy), "once more");
    }

    [Test]
    public void AVersionOfAHiddenSymbol_IsUsedToo()
    {
        byte[] library = Library(7);
        library[Versions + 3] |= 0x80;
        Assert.That(ElfVersionNeeds.WeakenUnused(library)[FlagsOfUsed], Is.Zero);
    }

    [TestCase("")]
    [TestCase("MZ, and more than sixty-four bytes of a library for another system ....")]
    public void WhatIsNotElf_IsRefused(string file) => Assert.That(
        () => ElfVersionNeeds.WeakenUnused(System.Text.Encoding.ASCII.GetBytes(file)), Throws.TypeOf<BadImageFormatException>().With.Message.Contains("not a 64-bit little-endian ELF file"));

    [TestCase(64)]
    [TestCase(Dynamic + 8)]
    [TestCase(Needs + 20)]
    [TestCase(Relocations + 4)]
    public void ATruncatedFile_IsRefused(int length) =>
        Assert.That(() => ElfVersionNeeds.WeakenUnused(Library(7)[..length]), Throws.TypeOf<BadImageFormatException>().With.Message.Contains("damaged"));

    [Test]
    public void StepsOutOfTheFile_AreRefused([Values(int.MaxValue, -0x1000)] int step)
    {
        byte[] library = Library(7);
        BinaryPrimitives.WriteInt32LittleEndian(library.AsSpan(Needs + 16 + 12), step);
        Assert.That(() => ElfVersionNeeds.WeakenUnused(library), Throws.TypeOf<BadImageFormatException>());
    }

    private static byte[] Library(long relocationTag)
    {
        byte[] file = new byte[0x300];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1 }.CopyTo(file, 0);
        void Half(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);
        void Word(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        void Long(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(at), value);
        void Segment(int at, int type, long offset, long address, long size)
        {
            Word(at, type);
            Long(at + 8, offset);
            Long(at + 16, address);
            Long(at + 32, size);
        }

        Long(32, 64);
        Half(54, 56);
        Half(56, 2);
        Segment(64, 1, 0, Address, file.Length);
        Segment(120, 2, Dynamic, Address + Dynamic, 6 * 16);
        (long Tag, long Value)[] dynamic =
        [
            (0x6ffffffe, Address + Needs), (0x6fffffff, 1), (0x6ffffff0, Address + Versions), (relocationTag, Address + Relocations), (relocationTag == 7 ? 8 : 2, 24), (0, 0),
        ];
        for (int i = 0; i < dynamic.Length; i++)
        {
            Long(Dynamic + (16 * i), dynamic[i].Tag);
            Long(Dynamic + (16 * i) + 8, dynamic[i].Value);
        }

        Half(Versions + 2, 2);
        Half(Versions + 4, 3);
        Half(Needs, 1);
        Half(Needs + 2, 2);
        Word(Needs + 8, 16);
        Half(Needs + 16 + 6, 2);
        Word(Needs + 16 + 12, 16);
        Half(Needs + 32 + 6, 3);
        Word(Relocations + 12, 1);
        return file;
    }
}
