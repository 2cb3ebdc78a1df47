namespace PatchMoE;

/// <summary>Reads <c>training.optimizer</c> and <c>training.schedule</c>.</summary>
internal static class OptimizerReader
{
    /// <summary>Returns the optimizer, or null if anything in it is wrong.</summary>
    public static OptimizerSpec? Read(SpecNode node, string path, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, "{ \"kind\": \"sgd\", \"learningRate\": 0.1 }") is not { } fields)
        {
            return null;
        }

        OptimizerKind? kind = fields.Choice("kind", OptimizerSpec.Default.Kind);
        OptimizerSpec absent = OptimizerSpec.Of(kind ?? OptimizerSpec.Default.Kind);
        double? learningRate = fields.Number("learningRate", NumberRange.Positive, absent.LearningRate);
        double? momentum = fields.Number("momentum", NumberRange.BelowOne, absent.Momentum);
        double? beta1 = fields.Number("beta1", NumberRange.BelowOne, absent.Beta1);
        double? beta2 = fields.Number("beta2", NumberRange.BelowOne, absent.Beta2);
        double? epsilon = fields.Number("epsilon", NumberRange.Positive, absent.Epsilon);
        double? weightDecay = fields.Number("weightDecay", NumberRange.NotNegative, absent.WeightDecay);
        fields.Finish();

        if (kind is { } known)
        {
            string self = $"the optimizer '{SpecWords.Of(known)}'";
            if (known != OptimizerKind.Momentum)
            {
                fields.Warn("momentum", self, "the optimizer 'momentum'");
            }

            if (known is not (OptimizerKind.Adam or OptimizerKind.AdamW))
            {
                fields.Warn("beta1", self, "the optimizer 'adam' or 'adamW'");
                fields.Warn("beta2", self, "the optimizer 'adam' or 'adamW'");
                fields.Warn("epsilon", self, "the optimizer 'adam' or 'adamW'");
            }
        }

        return kind is { } k && learningRate is { } rate && momentum is { } mu && beta1 is { } b1 && beta2 is { } b2 && epsilon is { } eps
            && weightDecay is { } decay
            ? new OptimizerSpec(k, rate, mu, b1, b2, eps, decay)
            : null;
    }

    /// <summary>Returns the schedule, or null if anything in it is wrong.</summary>
    public static ScheduleSpec? ReadSchedule(SpecNode node, string path, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, "{ \"kind\": \"cosine\" }") is not { } fields)
        {
            return null;
        }

        ScheduleSpec absent = ScheduleSpec.Default;
        ScheduleKind? kind = fields.Choice("kind", absent.Kind);
        int? warmup = fields.Int("warmup", IntRange.NotNegative);
        int? every = fields.Int("every", IntRange.Positive, absent.Every);
        double? factor = fields.Number("factor", NumberRange.Fraction, absent.Factor);
        fields.Finish();

        if (kind is { } known && known != ScheduleKind.Step)
        {
            string self = $"the schedule '{SpecWords.Of(known)}'";
            fields.Warn("every", self, "the schedule 'step'");
            fields.Warn("factor", self, "the schedule 'step'");
        }

        return kind is { } k && fields.Has("warmup") == warmup.HasValue && every is { } e && factor is { } f ? new ScheduleSpec(k, warmup, e, f) : null;
    }
}
