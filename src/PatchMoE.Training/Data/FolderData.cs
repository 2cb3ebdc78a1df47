using System.Globalization;

namespace PatchMoE.Training.Data;

/// <summary>A user's own pictures, a folder for each class.</summary>
internal static class FolderData
{
    /// <summary>Lists, splits and decodes the pictures.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: its input is the size of the images.</param>
    /// <param name="options">How they are read.</param>
    /// <exception cref="BadInputException">There are no pictures, a class has none, none can be decoded, or (strict) one cannot be.</exception>
    public static LoadedData Read(FolderDataSpec spec, ModelSpec model, LoadOptions options)
    {
        DecodedPictures.RequireDecoder("folder", options);
        string root = DataPath.Resolve(spec.Path, options.SpecFolder);
        ClassFolder folder = PictureFolder.List(root, spec.Classes);
        RequireClasses(folder, model);
        IReadOnlyList<ClassFile> all = [.. folder.Train, .. folder.Test ?? []];
        DecodedPictures decoded = DecodedPictures.Open(root, all, "folder", model, spec.Fit, options);
        (int[] train, int[] test) = Split(spec, folder, all, decoded.Usable, options);
        return decoded.Load(spec, folder.Classes, train, test);
    }

    private static void RequireClasses(ClassFolder folder, ModelSpec model)
    {
        if (folder.Classes.Count != ModelClasses.Count(model))
        {
            throw new BadInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{folder.Root}: it has {folder.Classes.Count} classes ({string.Join(", ", folder.Classes)}), but the model distinguishes {ModelClasses.Count(model)}. Change model.head.outputs, or name the classes to use in data.classes."));
        }
    }

    private static (int[] Train, int[] Test) Split(FolderDataSpec spec, ClassFolder folder, IReadOnlyList<ClassFile> all, int[] usable, LoadOptions options)
    {
        if (folder.Test is not null)
        {
            return ([.. usable.Where(i => i < folder.Train.Count)], [.. usable.Where(i => i >= folder.Train.Count)]);
        }

        (int[] kept, int[] heldOut) = StratifiedSplit.Of([.. usable.Select(i => all[i].Class)], spec.TestShare, options.Seed, "data.split");
        int[] train = [.. kept.Select(i => usable[i])];
        if (heldOut.Length > 0)
        {
            return (train, [.. heldOut.Select(i => usable[i])]);
        }

        options.Report?.Invoke("There are too few pictures to hold any out for testing: the test accuracy is that of the training pictures, and says nothing about others.");
        return (train, train);
    }
}
