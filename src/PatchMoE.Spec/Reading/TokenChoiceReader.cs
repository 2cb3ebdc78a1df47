using System.Globalization;

namespace PatchMoE;

/// <summary>Reads the fields of a layer with token choice.</summary>
internal static class TokenChoiceReader
{
    /// <summary>The fields that belong to token choice alone.</summary>
    public static readonly IReadOnlyList<string> Fields = ["expertsPerPatch", "capacityFactor", "priority", "balance", "zLoss"];

    /// <summary>Returns the choice, or null if anything in it is wrong.</summary>
    /// <param name="fields">The layer.</param>
    /// <param name="experts">k; null if it is wrong.</param>
    public static TokenChoiceSpec? Read(FieldReader fields, int? experts)
    {
        int? chosen = fields.Int("expertsPerPatch", IntRange.Positive, absent: 1);
        double? capacity = fields.Number("capacityFactor", NumberRange.Positive);
        Priority? priority = fields.Choice("priority", absent: Priority.Order);
        bool isBalanced = ReadBalance(fields, out BalanceSpec? balance);
        double? zLoss = fields.Number("zLoss", NumberRange.NotNegative, absent: 0);
        if (chosen > experts)
        {
            fields.Diagnostics.ReportRepairable(
                experts?.ToString(CultureInfo.InvariantCulture), DiagnosticRules.TooManyExpertsPerPatch, fields.PlaceOf("expertsPerPatch"), chosen, experts);
            return null;
        }

        if (capacity is null && !fields.Has("capacityFactor"))
        {
            fields.Warn("priority", "no 'capacityFactor', so that no place is scarce", "a 'capacityFactor'");
        }

        return chosen is { } t && (capacity is not null || !fields.Has("capacityFactor")) && priority is { } p && isBalanced && zLoss is { } z
            ? new TokenChoiceSpec(t) { CapacityFactor = capacity, Priority = p, Balance = balance, ZLoss = z }
            : null;
    }

    private static bool ReadBalance(FieldReader layer, out BalanceSpec? balance)
    {
        balance = null;
        if (layer.Node("balance") is not { } node)
        {
            return true;
        }

        if (FieldReader.Open(node, layer.PathOf("balance"), layer.Diagnostics, "{ \"kind\": \"switch\", \"weight\": 0.01 }") is not { } fields)
        {
            return false;
        }

        BalanceKind? kind = fields.Choice<BalanceKind>("kind", "'switch' or 'importance'");
        double? weight = fields.Number("weight", NumberRange.NotNegative, absent: DefaultWeight);
        fields.Finish();
        balance = kind is { } k && weight is { } w ? new BalanceSpec(k, w) : null;
        return balance is not null;
    }

    /// <summary>That of the Switch Transformer and V-MoE.</summary>
    private const double DefaultWeight = 0.01;
}
