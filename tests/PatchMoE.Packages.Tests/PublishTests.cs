using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using PatchMoE.Formats;

namespace PatchMoE.Packages.Tests;

/// <summary><c>pmoe publish</c>: the library, called from Python and from C, and the program give what the command gives.</summary>
[TestFixture]
public sealed class PublishTests
{
    private const string Python = """
        import array, ctypes, sys
        library, input_path, output_path = sys.argv[1:]
        net = ctypes.CDLL(library)
        for name in ("class_name", "last_error"):
            getattr(net, "small_net_" + name).restype = ctypes.c_char_p
        samples = array.array("f", open(input_path, "rb").read())
        count = len(samples) // net.small_net_input_length()
        def pointer(values, kind):
            return (kind * len(values)).from_buffer(values)
        logits = array.array("f", bytes(4 * count * net.small_net_logits_per_sample()))
        routes = array.array("i", bytes(4 * count * net.small_net_routes_per_sample()))
        classes = array.array("i", bytes(4 * count))
        probabilities = array.array("f", bytes(4 * count * net.small_net_classes()))
        given = pointer(samples, ctypes.c_float)
        assert net.small_net_logits(given, count, None, pointer(logits, ctypes.c_float)) == 0
        assert net.small_net_route(given, count, None, pointer(routes, ctypes.c_int32), None, None) == 0
        assert net.small_net_classify(given, count, None, pointer(classes, ctypes.c_int32), pointer(probabilities, ctypes.c_float)) == 0
        assert net.small_net_class_name(3) is None and net.small_net_class_name(-1) is None
        assert net.small_net_last_error() is None
        for wrong, message in ((net.small_net_classify(None, 1, None, pointer(classes, ctypes.c_int32), None), b"input is NULL"),
                               (net.small_net_logits(given, -1, None, pointer(logits, ctypes.c_float)), b"samples is -1")):
            assert wrong == 1
        assert b"samples is -1" in net.small_net_last_error()
        samples[0] = float("nan")
        assert net.small_net_classify(pointer(samples, ctypes.c_float), 1, None, pointer(classes, ctypes.c_int32), None) == 1
        assert b"NaN" in net.small_net_last_error()
        with open(output_path, "wb") as output:
            for values in (logits, routes, probabilities):
                output.write(values.tobytes())
        names = [net.small_net_class_name(index).decode() for index in range(net.small_net_classes())]
        sys.stdout.buffer.write("\n".join(names[index] for index in classes).encode())
        """;

    private const string C = """
        #include <stdio.h>
        #include <stdlib.h>
        #include "small_net.h"

        int main(int argc, char **argv)
        {
            enum { samples = 5 };
            static float input[samples * SMALL_NET_INPUT_LENGTH], logits[samples * SMALL_NET_LOGITS_PER_SAMPLE], probabilities[samples * SMALL_NET_CLASSES];
            static int32_t routes[samples * SMALL_NET_ROUTES_PER_SAMPLE], classes[samples];
            FILE *file = fopen(argv[1], "rb");
            if (argc != 3 || !file || fread(input, sizeof input, 1, file) != 1 || small_net_input_length() != SMALL_NET_INPUT_LENGTH)
                return 1;
            if (small_net_logits(input, samples, NULL, logits) || small_net_route(input, samples, NULL, routes, NULL, NULL)
                || small_net_classify(input, samples, NULL, classes, probabilities))
            {
                puts(small_net_last_error());
                return 2;
            }
            FILE *output = fopen(argv[2], "wb");
            fwrite(logits, sizeof logits, 1, output);
            fwrite(routes, sizeof routes, 1, output);
            fwrite(probabilities, sizeof probabilities, 1, output);
            fclose(output);
            for (int i = 0; i < samples; i++)
                puts(small_net_class_name(classes[i]));
            return 0;
        }
        """;

    private TemporaryFolder _folder = null!;
    private SmallNetwork _network = null!;

    [OneTimeSetUp]
    public void MakeNetwork()
    {
        _folder = new TemporaryFolder();
        _network = new SmallNetwork(_folder.Path);
        File.WriteAllBytes(_folder.File("input.bin"), MemoryMarshal.AsBytes<float>(_network.Input).ToArray());
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void TheLibrary_GivesTheBitsOfTheCommand_ToPythonAndToC()
    {
        Outcome published = Pmoe("publish", _network.SpecPath, "--weights", _network.WeightsPath, "--out", _folder.File("library")).Succeeded();
        Assert.That(published.Lines.Select(Path.GetFileName), Is.EqualTo(new[] { "libsmall_net.so", "small_net.h" }));
        string library = published.Lines[0];

        Pmoe("run", _network.SpecPath, "--weights", _network.WeightsPath, "--input", _network.PreparedPath, "--output", "logits.npy", "--routes", "routes.npy").Succeeded();
        string[] predictions = Pmoe("predict", _network.SpecPath, "--weights", _network.WeightsPath, "--input", _network.InputPath, "--json").Succeeded().Lines;
        byte[] expected =
        [
            .. MemoryMarshal.AsBytes<float>(NpyFile.Read(_folder.File("logits.npy")).Values<float>()),
            .. MemoryMarshal.AsBytes<int>(NpyFile.Read(_folder.File("routes.npy")).Values<int>()),
            .. MemoryMarshal.AsBytes<float>([.. predictions.SelectMany(Probabilities)]),
        ];
        string[] classes = [.. predictions.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("class").GetString()!)];

        File.WriteAllText(_folder.File("call.py"), Python);
        Outcome python = Other("python3", "call.py", library, "input.bin", "python.bin").Succeeded();
        Assert.That(File.ReadAllBytes(_folder.File("python.bin")), Is.EqualTo(expected));
        Assert.That(python.Lines, Is.EqualTo(classes));

        File.WriteAllText(_folder.File("call.c"), C);
        string folder = Path.GetDirectoryName(library)!;
        Other("cc", "-Wall", "-Werror", "call.c", "-I", folder, "-L", folder, "-lsmall_net", $"-Wl,-rpath,{folder}", "-o", "call").Succeeded();
        Outcome c = Other(_folder.File("call"), "input.bin", "c.bin").Succeeded();
        Assert.That(File.ReadAllBytes(_folder.File("c.bin")), Is.EqualTo(expected));
        Assert.That(c.Lines, Is.EqualTo(classes));
    }

    [Test]
    public void TheProgram_PrintsWhatPredictPrints()
    {
        // From the weights alone, which hold their spec.
        Outcome published = Pmoe("publish", _network.WeightsPath, "--console", "--out", _folder.File("program")).Succeeded();
        Assert.That(published.Lines.Select(Path.GetFileName), Is.EqualTo(new[] { "small_net" }));
        string[] expected = Pmoe("predict", _network.SpecPath, "--weights", _network.WeightsPath, "--input", _network.InputPath).Succeeded().Lines;
        Assert.That(Other(published.Lines[0], _network.InputPath).Succeeded().Lines, Is.EqualTo(expected));

        Outcome wrong = Other(published.Lines[0], "input.bin");
        Assert.That(wrong.Status, Is.EqualTo(1));
        Assert.That(wrong.Error, Does.StartWith("error: input.bin: "));
        Assert.That(Other(published.Lines[0]).Status, Is.EqualTo(2));
    }

    [Test]
    public void Mistakes_AreSaidBeforeAnythingIsCompiled()
    {
        string specs = Path.Combine(Repository.Root, "specs");
        Fails("these are not weights of this model", "publish", Path.Combine(specs, "mnist-joint.json"), "--weights", _network.WeightsPath);
        Fails("has a backbone (model.backbone), which runs on torch only", "publish", Path.Combine(specs, "celeba-wrn-small.json"), "--weights", _network.WeightsPath);
        Fails("reads texts (model.input.kind)", "publish", Path.Combine(specs, "union.json"), "--weights", _network.WeightsPath);
        Fails("there is no command 'dotnet'", Empty(), "publish", _network.WeightsPath);
        Fails("links with clang or gcc, but neither is on the path", OnlyDotnet(), "publish", _network.WeightsPath);
        Assert.That(Directory.GetFiles(_folder.Path, "*.so"), Is.Empty);
        Assert.That(Pmoe("publish", _network.WeightsPath, "--cpu", "z80").Status, Is.EqualTo(2));
    }

    private static IEnumerable<float> Probabilities(string prediction)
    {
        using JsonDocument json = JsonDocument.Parse(prediction);
        string[] order = ["cat", "\"dog\" */", "Größe"];
        return [.. json.RootElement.GetProperty("probabilities").EnumerateArray()
            .OrderBy(one => Array.IndexOf(order, one.GetProperty("class").GetString()))
            .Select(one => one.GetProperty("probability").GetSingle())];
    }

    private void Fails(string message, params string[] arguments) => Fails(message, path: null, arguments);

    private void Fails(string message, PathVariable? path, params string[] arguments)
    {
        ProcessStartInfo start = UserMachine.StartInfo(UserMachine.Pmoe, _folder.Path, isUser: false, arguments);
        if (path is { } given)
        {
            start.Environment["PATH"] = given.Folder;
            start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(DotnetPath());
        }

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That((process.ExitCode, output), Is.EqualTo((1, "")), error);
        Assert.That(error, Does.Contain(message));
    }

    private PathVariable Empty() => new(Directory.CreateDirectory(_folder.File("no-programs")).FullName);

    private PathVariable OnlyDotnet()
    {
        string folder = Directory.CreateDirectory(_folder.File("dotnet-alone")).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "dotnet"), DotnetPath());
        return new PathVariable(folder);
    }

    /// <summary>The muxer that runs this test.</summary>
    private static string DotnetPath() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private Outcome Pmoe(params string[] arguments) => UserMachine.RunHere(UserMachine.Pmoe, _folder.Path, arguments);

    private Outcome Other(string program, params string[] arguments) => UserMachine.RunHere(program, _folder.Path, arguments);

    private readonly record struct PathVariable(string Folder);
}
