using System.Globalization;
using System.Text;

namespace PatchMoE.Cli.Publishing;

/// <summary>The C header of a network's library.</summary>
internal static class HeaderText
{
    /// <summary>The header.</summary>
    public static string Of(PublishedNetwork network)
    {
        string prefix = network.Prefix;
        string upper = prefix.ToUpperInvariant();
        ModelSpec model = network.Spec.Model;
        string shape = string.Join(", ", model.InputShape());
        string routes = network.RoutesPerSample == 0
            ? "Layer 0 is dense: every expert sees every patch, so there are no routes, and the call is a mistake."
            : $"[samples, {string.Join(", ", model.RouteShape())}], -1 for none";
        string units = model.Input is ImageInputSpec ? "channels last, pixel values divided by 255" : "as in the training data";
        return Text($"""
            /*
             * {network.Spec.Name}, a network compiled to native code with its weights by PatchMoE.
             *
             * Inputs are float32 [samples, {shape}], {units}, not normalised: the library prepares them as the training did.
             * Every function may be called from any number of threads at once. Those that return int give 0, or 1 after a mistake, which
             * {prefix}_last_error() then tells.
             */
            #ifndef {upper}_H
            #define {upper}_H

            #include <stdint.h>

            #define {upper}_INPUT_LENGTH {Number(model.InputLength())}      /* values of a sample */
            #define {upper}_LENGTHS_PER_SAMPLE {Number(network.CountsPerSample)}    /* counts of valid patches of a sample */
            #define {upper}_LOGITS_PER_SAMPLE {Number(model.Head.Outputs)}
            #define {upper}_ROUTES_PER_SAMPLE {Number(network.RoutesPerSample)}
            #define {upper}_CLASSES {Number(network.ClassNames.Count)}

            #ifdef __cplusplus
            extern "C" {"{"}
            #endif

            /* The sizes above, for languages without a preprocessor. */
            int32_t {prefix}_input_length(void);
            int32_t {prefix}_lengths_per_sample(void);
            int32_t {prefix}_logits_per_sample(void);
            int32_t {prefix}_routes_per_sample(void);
            int32_t {prefix}_classes(void);

            /* The name of class 0 ... {Number(network.ClassNames.Count - 1)} in UTF-8, valid as long as the program runs; NULL for another index. */
            const char *{prefix}_class_name(int32_t index);

            /* What was wrong with this thread's last call that gave 1, in UTF-8, valid until its next such call; NULL if there was none. */
            const char *{prefix}_last_error(void);

            /*
             * The class of each sample.
             *   input          [samples, {Number(model.InputLength())}]
             *   lengths        counts of valid patches [samples, {Number(network.CountsPerSample)}]; NULL if all are valid
             *   classes        [samples], written: indices of classes
             *   probabilities  [samples, {Number(network.ClassNames.Count)}], written; NULL if not wanted
             */
            int32_t {prefix}_classify(const float *input, int32_t samples, const int32_t *lengths, int32_t *classes, float *probabilities);

            /* The logits of each sample, [samples, {Number(model.Head.Outputs)}], written. */
            int32_t {prefix}_logits(const float *input, int32_t samples, const int32_t *lengths, float *logits);

            /*
             * Which patches each expert of layer 0 takes, best first.
             *   routes  {routes}
             *   scores  the router's score of each route, NULL if not wanted
             *   gates   the gate value of each route, NULL if not wanted
             */
            int32_t {prefix}_route(const float *input, int32_t samples, const int32_t *lengths, int32_t *routes, float *scores, float *gates);

            #ifdef __cplusplus
            {"}"}
            #endif

            #endif

            """, network);
    }

    /// <summary>With the names of the classes in a comment at the end of the first one.</summary>
    private static string Text(string header, PublishedNetwork network)
    {
        var classes = new StringBuilder();
        foreach ((int index, string name) in network.ClassNames.Index())
        {
            // A name may hold the end of a comment.
            classes.Append(CultureInfo.InvariantCulture, $" *   {index}  {name.ReplaceLineEndings(" ").Replace("*/", "* /", StringComparison.Ordinal)}\n");
        }

        const string end = " */\n#ifndef";
        int position = header.IndexOf(end, StringComparison.Ordinal);
        return header.Insert(position, $" *\n * Classes:\n{classes}");
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
