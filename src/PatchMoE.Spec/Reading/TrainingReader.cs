namespace PatchMoE;

/// <summary>Reads the <c>training</c> section and checks it against the network and the data.</summary>
internal static class TrainingReader
{
    /// <summary>Returns the section, or null if anything in it is wrong.</summary>
    /// <param name="node">The section.</param>
    /// <param name="path">Its path.</param>
    /// <param name="model">The network; null if it is wrong, and then nothing is checked against it.</param>
    /// <param name="data">The data; null if they are wrong or not given.</param>
    /// <param name="diagnostics">Receives the mistakes.</param>
    public static TrainingSpec? Read(SpecNode node, string path, ModelSpec? model, DataSpec? data, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, "{ \"epochs\": 150, \"batch\": 20 }") is not { } fields)
        {
            return null;
        }

        TrainingSpec absent = TrainingSpec.Default;
        TrainingMethod? method = fields.Choice("method", absent.Method);
        int? epochs = fields.Int("epochs", IntRange.Positive, absent.Epochs);
        int? routerEpochs = fields.Int("routerEpochs", IntRange.Positive, absent.RouterEpochs);
        int? batch = fields.Int("batch", IntRange.Positive, absent.Batch);
        OptimizerSpec? optimizer = fields.Node("optimizer") is { } optimizerNode
            ? OptimizerReader.Read(optimizerNode, fields.PathOf("optimizer"), diagnostics)
            : absent.Optimizer;
        ScheduleSpec? schedule = fields.Node("schedule") is { } scheduleNode
            ? OptimizerReader.ReadSchedule(scheduleNode, fields.PathOf("schedule"), diagnostics)
            : absent.Schedule;
        InitSpec? init = fields.Node("init") is { } initNode ? ReadInit(initNode, fields.PathOf("init"), model, diagnostics) : absent.Init;
        int? seed = fields.Int("seed", IntRange.NotNegative, absent.Seed);
        int? shares = fields.Int("shares", IntRange.Positive, absent.Shares);
        TrainingSpec? choices = ChoicesReader.Read(fields, absent);
        ClassWeightsSpec? weights = fields.Node("classWeights") is { } weightsNode
            ? ClassWeightsReader.Read(weightsNode, fields.PathOf("classWeights"), model, diagnostics)
            : null;
        fields.Finish();

        if (method is { } way)
        {
            CheckMethod(fields, way, model);
        }

        CheckBatch(fields, batch, data);
        if (shares is { } parts && batch is { } whole && TrainingRules.Shares(parts, whole, model) is { } mistake)
        {
            fields.Diagnostics.Add(mistake with { Span = fields.PlaceOf("shares").Span });
        }

        return method is { } m && epochs is { } e && routerEpochs is { } r && batch is { } b && optimizer is not null && schedule is not null
            && init is not null && seed is { } s && shares is { } k && choices is not null
            ? choices with
            {
                Method = m,
                Epochs = e,
                RouterEpochs = r,
                Batch = b,
                Optimizer = optimizer,
                Schedule = schedule,
                Init = init,
                Seed = s,
                Shares = k,
                ClassWeights = weights,
            }
            : null;
    }

    private static InitSpec? ReadInit(SpecNode node, string path, ModelSpec? model, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, "{ \"router\": 0.01 }") is not { } fields)
        {
            return null;
        }

        var init = new InitSpec(
            fields.Number("router", NumberRange.NotNegative),
            fields.Number("experts", NumberRange.NotNegative),
            fields.Number("head", NumberRange.NotNegative))
        {
            Embedding = fields.Number("embedding", NumberRange.NotNegative),
        };
        fields.Finish();
        if (model is not null && model.TrainedText() is null)
        {
            fields.Warn("embedding", "no table of tokens", "a text with the embedding 'trained'");
        }

        if (model is { Layers.Count: 0 })
        {
            fields.Warn("router", "no pMoE layer", "one");
            fields.Warn("experts", "no pMoE layer", "one");
        }
        else if (model is not null && model.Layers.All(layer => layer.Routing == Routing.Dense))
        {
            fields.Warn("router", "the routing 'dense'", "another routing");
        }

        if (model?.Head.Kind == HeadKind.Fixed)
        {
            fields.Warn("head", "a fixed head", "a linear head");
        }

        return init;
    }

    private static void CheckMethod(FieldReader fields, TrainingMethod method, ModelSpec? model)
    {
        if (method != TrainingMethod.Separate)
        {
            fields.Warn("routerEpochs", $"the method '{SpecWords.Of(method)}'", "the method 'separate'");
        }

        switch (method)
        {
            case TrainingMethod.Separate when model is not null:
                foreach (SpecDiagnostic diagnostic in TrainingRules.Separate(model))
                {
                    fields.Diagnostics.Add(diagnostic with { Span = fields.PlaceOf("method").Span });
                }

                break;

            case TrainingMethod.Single when RoutedLayer(model, _ => true) is { } layer:
                fields.Diagnostics.Report(DiagnosticRules.SingleRoutesNoPatches, fields.PlaceOf("method"), layer, SpecWords.Of(model!.Layers[layer].Routing));
                break;

            case TrainingMethod.Joint when RoutedLayer(model, layer => layer.Gate == Gate.None && layer.Choice is not { HasAuxiliaryLoss: true }) is { } layer:
                fields.Diagnostics.Report(DiagnosticRules.RoutersNotTrained, fields.PlaceOf("method"), layer);
                break;
        }
    }

    /// <summary>The first layer that routes patches and satisfies a condition; null if there is none.</summary>
    private static int? RoutedLayer(ModelSpec? model, Func<LayerSpec, bool> test)
    {
        int index = model?.Layers.ToList().FindIndex(layer => (layer.Routing is Routing.ExpertChoice or Routing.TokenChoice) && test(layer)) ?? -1;
        return index < 0 ? null : index;
    }

    private static void CheckBatch(FieldReader fields, int? batch, DataSpec? data)
    {
        int? samples = data switch
        {
            MosaicDataSpec mosaic => mosaic.Train,
            ImagesDataSpec images => images.Train,
            Cifar10DataSpec images => images.Train,
            CelebaDataSpec pictures => pictures.Train,
            SyntheticDataSpec synthetic => synthetic.Train,
            BagsDataSpec bags => bags.Train,
            _ => null,
        };

        if (batch is { } b && samples is { } n && TrainingRules.Batch(b, n) is { } diagnostic)
        {
            fields.Diagnostics.Add(diagnostic with { Span = fields.PlaceOf("batch").Span });
        }
    }
}
