using System.Globalization;
using PatchMoE.Imaging;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Proposals;

/// <summary>A spec for a folder of pictures.</summary>
internal static class PictureProposal
{
    private const int Looked = 50;
    private const int LargestOwnSide = 128;
    private const int DefaultSide = 64;
    private const int FewestExperts = 8;
    private const int MostExperts = 32;
    private const int Neurons = 16;

    /// <summary>Looks at a folder.</summary>
    /// <param name="name">The spec's name.</param>
    /// <param name="root">The folder.</param>
    /// <param name="size">The height and width of the images; null to choose.</param>
    /// <param name="channels">1 for grey, 3 for colour; null to choose.</param>
    /// <exception cref="BadInputException">There are no pictures, or fewer than two classes.</exception>
    public static Proposal Of(string name, string root, (int Height, int Width)? size, int? channels)
    {
        ClassFolder folder = PictureFolder.List(root);
        if (folder.Classes.Count < 2)
        {
            throw new BadInputException($"{root}: it has pictures of one class only, '{folder.Classes[0]}'. Add a folder for each other class.");
        }

        IReadOnlyList<ClassFile> all = [.. folder.Train, .. folder.Test ?? []];
        List<string> reasons = [Found(folder)];
        LookedAt[] sample = [.. Spread(all).Select(picture => Look(Path.Combine(root, picture.File))).OfType<LookedAt>()];
        if (sample.Length == 0)
        {
            throw new BadInputException($"{root}: none of the pictures can be decoded; the first is {Path.Combine(root, all[0].File)}. Give PNG, JPEG, BMP, GIF or WebP files.");
        }

        (int height, int width) = size ?? ChooseSize(sample, reasons);
        int colours = channels ?? ChooseChannels(sample, reasons);
        (int patchHeight, int strideHeight) = Proposal.Cut(height);
        (int patchWidth, int strideWidth) = Proposal.Cut(width);
        var input = new ImageInputSpec(height, width, colours, patchHeight, patchWidth, strideHeight, strideWidth);
        int patches = input.GridHeight * input.GridWidth;
        int experts = Math.Clamp(2 * folder.Classes.Count, FewestExperts, MostExperts);
        int taken = Math.Clamp(patches / 8, 1, patches);
        reasons.Add(Text($"patches of {patchHeight}x{patchWidth}, {strideHeight} and {strideWidth} apart: {input.GridHeight}x{input.GridWidth} = {patches}, which overlap, so that what matters is whole in one of them"));
        reasons.Add(Text($"{experts} experts of {Neurons} neurons, at least two for each class; each takes the {taken} patches that its router scores highest, about one in eight"));
        int train = folder.Test is null ? all.Count - (int)(all.Count * FolderDataSpec.DefaultTestShare) : folder.Train.Count;
        TrainingSpec training = Proposal.Training(train);
        reasons.Add(folder.Test is null
            ? Text($"a fifth of each class is held out for testing; {training.Epochs} epochs over the other {train} pictures")
            : Text($"its own folders for training and testing; {training.Epochs} epochs over {train} pictures"));
        var layer = new LayerSpec(Routing.ExpertChoice, experts, Neurons, taken, Gate.SoftmaxSelected, Bias: true);
        var model = new ModelSpec(input, EquatableArray.Of(layer), Proposal.Head(folder.Classes.Count), Loss.SoftmaxCrossEntropy);
        var data = new FolderDataSpec(Path.GetFullPath(root), FolderDataSpec.DefaultTestShare, ImageFit.Crop) { Classes = folder.Classes, Normalize = true };
        return new Proposal(new PatchMoESpec(name, model, training, data), reasons);
    }

    private static string Found(ClassFolder folder)
    {
        IEnumerable<string> counts = folder.Classes.Select((name, i) =>
            Text($"{folder.Train.Count(picture => picture.Class == i) + (folder.Test?.Count(picture => picture.Class == i) ?? 0)} of '{name}'"));
        return Text($"found pictures of {folder.Classes.Count} classes: {string.Join(", ", counts)}");
    }

    /// <summary>Some pictures, from all over the folder.</summary>
    private static IEnumerable<ClassFile> Spread(IReadOnlyList<ClassFile> all)
    {
        int count = Math.Min(Looked, all.Count);
        return Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)]);
    }

    /// <summary>Looks at one picture; null if it cannot be read.</summary>
    private static LookedAt? Look(string path)
    {
        try
        {
            return new LookedAt(path, PictureReader.SizeOf(path));
        }
        catch (BadInputException)
        {
            return null;
        }
    }

    private static (int Height, int Width) ChooseSize(LookedAt[] sample, List<string> reasons)
    {
        (int Height, int Width)[] sizes = [.. sample.Select(picture => picture.Size)];
        (int height, int width) = sizes[0];
        if (sizes.All(size => size == sizes[0]) && Math.Max(height, width) <= LargestOwnSide && Math.Min(height, width) >= 8)
        {
            reasons.Add(Text($"images of {height}x{width} pixels, as the pictures are"));
            return sizes[0];
        }

        int shortest = sizes.Select(size => Math.Min(size.Height, size.Width)).Order().ElementAt(sizes.Length / 2);
        int side = Math.Clamp(shortest / 8 * 8, 16, DefaultSide);
        reasons.Add(Text($"images of {side}x{side} pixels: the pictures differ in size or are larger (half of them have a shorter side of at least {shortest}); they are scaled and cut to the middle. More detail: --size {2 * side}"));
        return (side, side);
    }

    private static int ChooseChannels(LookedAt[] sample, List<string> reasons)
    {
        bool areGrey = sample.All(picture => PictureReader.IsGrey(picture.Path));
        reasons.Add(areGrey ? "1 channel: the pictures are grey" : "3 channels: the pictures are in colour");
        return areGrey ? 1 : 3;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A picture whose size was read.</summary>
    private sealed record LookedAt(string Path, (int Height, int Width) Size);
}
