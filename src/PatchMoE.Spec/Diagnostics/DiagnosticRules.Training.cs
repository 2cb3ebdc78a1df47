namespace PatchMoE;

internal static partial class DiagnosticRules
{
    /// <summary>{0} what the network has instead.</summary>
    public static readonly DiagnosticRule SeparateNeedsTwoExperts = new(
        "PMOE040", DiagnosticLevel.Error, "Separate training needs two experts",
        "The method 'separate' trains the routers of one 'expertChoice' layer with 2 experts, but this network has {0}.",
        "Use such a layer, or the method 'joint'.");

    /// <summary>{0} the number of outputs.</summary>
    public static readonly DiagnosticRule SeparateNeedsTwoClasses = new(
        "PMOE041", DiagnosticLevel.Error, "Separate training needs two classes",
        "The method 'separate' works with 2 classes, but the head has {0} outputs.",
        "Use the loss 'logistic' or 2 outputs, or the method 'joint'.");

    /// <summary>{0} the layer's index, {1} its routing.</summary>
    public static readonly DiagnosticRule SingleRoutesNoPatches = new(
        "PMOE042", DiagnosticLevel.Error, "Single training of a network that routes patches",
        "The method 'single' is for networks without patch routing, but layer {0} has the routing '{1}'.",
        "Use the method 'joint' or 'separate', or the routing 'dense' or 'sample'.");

    /// <summary>{0} the layer's index.</summary>
    public static readonly DiagnosticRule RoutersNotTrained = new(
        "PMOE043", DiagnosticLevel.Warning, "The routers are never trained",
        "The gate 'none' of layer {0} gives its router no gradient, so the method 'joint' leaves the router at its initial weights.",
        "Use another gate, or the method 'separate'.");

    /// <summary>{0} the field, {1} what takes away its effect, {2} what would give it one.</summary>
    public static readonly DiagnosticRule FieldWithoutEffect = new(
        "PMOE044", DiagnosticLevel.Warning, "Field without effect",
        "The field '{0}' has no effect with {1}.",
        "Remove it, or use {2}.");

    /// <summary>{0} the batch, {1} the training samples.</summary>
    public static readonly DiagnosticRule BatchLargerThanData = new(
        "PMOE045", DiagnosticLevel.Error, "Batch larger than the training data",
        "A batch of {0} exceeds the {1} training samples.",
        "Use a batch of 1 to {1}, or more samples.");

    /// <summary>{0} the field that chooses, {1} the default of 'validation'.</summary>
    public static readonly DiagnosticRule ChoiceNeedsValidation = new(
        "PMOE046", DiagnosticLevel.Error, "A choice without validation samples",
        "The field '{0}' chooses by the validation loss, but no training samples are held out to measure it on.",
        "Remove the field 'validation', which then is {1}, or use a share above 0.");

    /// <summary>{0} the weights, for example "2 weights", {1} the number of classes.</summary>
    public static readonly DiagnosticRule WeightForEachClass = new(
        "PMOE047", DiagnosticLevel.Error, "Not a weight for each class",
        "There are {0} for {1} classes.",
        "Give {1} numbers, in the order of the labels, or \"balanced\".");

    /// <summary>{0} the shares, {1} the batch, for example "1 sample".</summary>
    public static readonly DiagnosticRule SharesExceedBatch = new(
        "PMOE048", DiagnosticLevel.Error, "More shares than samples in a batch",
        "A batch of {1} cannot be cut into {0} shares with a sample each.",
        "Use fewer shares or a larger batch.");

    /// <summary>{0} the shares, {1} the layer's index, {2} the field of the loss.</summary>
    public static readonly DiagnosticRule SharesWithBatchLoss = new(
        "PMOE049", DiagnosticLevel.Error, "Shares of a batch with a loss of the whole batch",
        "A batch is cut into {0} shares, whose gradients are computed apart, but the auxiliary loss '{2}' of layer {1} is one of all patches of the batch.",
        "Remove '{2}', or use 1 share.");

    /// <summary>{0} the class.</summary>
    public static readonly DiagnosticRule SameClassTwice = new(
        "PMOE050", DiagnosticLevel.Error, "Positive and negative class are the same",
        "The positive and the negative class are both {0}.",
        "Use two different classes.");

    /// <summary>{0} the class, {1} "positive" or "negative".</summary>
    public static readonly DiagnosticRule ClassIsIrrelevant = new(
        "PMOE051", DiagnosticLevel.Error, "A class among the irrelevant digits",
        "{0} is the {1} class, so it cannot be irrelevant as well.",
        "Choose 'irrelevant' without it.");

    /// <summary>{0} the grid, {1} the mosaic's size, {2} the model's input.</summary>
    public static readonly DiagnosticRule MosaicSizeDiffers = new(
        "PMOE052", DiagnosticLevel.Error, "Mosaics do not fit the input",
        "A {0} grid of 28x28 digits is an image of {1}, but the model's input is {2}.",
        "Change the grid or the model's input.");

    /// <summary>{0} the data's kind, {1} the number of classes of the model.</summary>
    public static readonly DiagnosticRule DataNeedTwoClasses = new(
        "PMOE053", DiagnosticLevel.Error, "Two-class data for a model of more classes",
        "Data of kind '{0}' has 2 classes, but the model distinguishes {1}.",
        "Use the loss 'logistic', or 'softmaxCrossEntropy' with 2 outputs.");

    /// <summary>{0} the images' size, {1} the model's input, {2} the side of an image, {3} its channels, for example "1 channel".</summary>
    public static readonly DiagnosticRule ImageSizeDiffers = new(
        "PMOE054", DiagnosticLevel.Error, "Images do not fit the input",
        "The source's images are {0}, but the model's input is {1}.",
        "Use an image input of height {2}, width {2} and {3}.");

    /// <summary>{0} the number of classes of the model.</summary>
    public static readonly DiagnosticRule ImagesNeedTenOutputs = new(
        "PMOE055", DiagnosticLevel.Error, "Images of ten classes need ten outputs",
        "The source's images have 10 classes, but the model distinguishes {0}.",
        "Use a linear head with 10 outputs and the loss 'softmaxCrossEntropy'.");

    /// <summary>{0} the data's kind, {1} the model's input.</summary>
    public static readonly DiagnosticRule DataNeedVectors = new(
        "PMOE056", DiagnosticLevel.Error, "Data of vectors do not fit the input",
        "Samples of kind '{0}' are vectors on a single level, but the model's input is {1}.",
        "Use an input of kind 'vectors' without 'groups'.");

    /// <summary>{0} the number of samples.</summary>
    public static readonly DiagnosticRule OddSampleCount = new(
        "PMOE057", DiagnosticLevel.Error, "Odd number of samples",
        "{0} samples cannot be split evenly between the two classes.",
        "Use an even number.");

    /// <summary>{0} the data's kind, {1} the model's input.</summary>
    public static readonly DiagnosticRule PicturesNeedImage = new(
        "PMOE058", DiagnosticLevel.Error, "Pictures do not fit the input",
        "Data of kind '{0}' are pictures, but the model's input is {1}.",
        "Use an input of kind 'image' with 1 channel (grey) or 3 (colour).");

    /// <summary>{0} the number of classes, {1} what is wrong with the names.</summary>
    public static readonly DiagnosticRule ClassNamesDiffer = new(
        "PMOE059", DiagnosticLevel.Error, "Class names do not fit the classes",
        "The model distinguishes {0} classes, each with its own name, but {1}.",
        "Give {0} different names, in the order of the labels, or leave 'classes' out.");
}
