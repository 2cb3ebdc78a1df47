namespace PatchMoE.Training.Data;

/// <summary>CelebA: pictures of faces whose classes are combinations of attributes.</summary>
internal static class CelebaData
{
    /// <summary>The share that is held out for testing where CelebA's own split is missing.</summary>
    private const double TestShare = FolderDataSpec.DefaultTestShare;

    /// <summary>Lists and decodes the pictures, and draws the samples.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: its input is the size of the images.</param>
    /// <param name="options">How they are found and read.</param>
    /// <exception cref="BadInputException">A file is missing or damaged, an attribute is unknown, a group has too few pictures, or the model has another number of classes.</exception>
    public static LoadedData Read(CelebaDataSpec spec, ModelSpec model, LoadOptions options)
    {
        if (DataRules.Attributes(spec, model) is { } diagnostic)
        {
            throw new BadInputException(diagnostic.Message);
        }

        CelebaFolder folder = CelebaFolder.Open(spec.Source, options);
        IReadOnlyList<CelebaPicture> listed = CelebaAttributes.Read(folder.AttributeFile, CelebaGroups.Wanted(spec));
        CelebaPart[]? parts = folder.PartitionFile is { } file ? CelebaPartition.Read(file, listed) : null;
        string[] files = folder.FilesOf(listed);
        var groups = new CelebaGroups(spec, listed, options.Seed);
        ClassFile[] pictures = [.. files.Select((name, i) => new ClassFile(name, groups.ClassOf(i)))];

        DecodedPictures decoded = DecodedPictures.Open(folder.Root, pictures, "celeba", model, spec.Fit, options);
        int[] usable = [.. decoded.Usable.Where(i => groups.GroupOf(i) is not null)];
        (int[] train, int[] test) = Split(usable, parts, groups, options.Seed);
        return decoded.Load(spec, ClassNames.Of(spec), groups.Draw(train, spec.Train, isTraining: true), groups.Draw(test, spec.Test, isTraining: false));
    }

    private static (int[] Train, int[] Test) Split(int[] usable, CelebaPart[]? parts, CelebaGroups groups, ulong seed)
    {
        if (parts is not null)
        {
            return ([.. usable.Where(i => parts[i] == CelebaPart.Train)], [.. usable.Where(i => parts[i] == CelebaPart.Test)]);
        }

        (int[] kept, int[] heldOut) = StratifiedSplit.Of([.. usable.Select(i => groups.GroupOf(i)!.Value)], TestShare, seed, "data.split");
        return ([.. kept.Select(i => usable[i])], [.. heldOut.Select(i => usable[i])]);
    }
}
