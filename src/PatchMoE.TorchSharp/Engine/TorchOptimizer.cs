using PatchMoE.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamState = TorchSharp.Modules.Adam.State;
using AdamWState = TorchSharp.Modules.AdamW.State;

namespace PatchMoE.TorchSharp;

/// <summary>
/// torch's optimizer for an update rule, on the trained tensors of a module. It takes over the rule's state and returns it, so that a checkpoint
/// of one backend can be resumed on another.
/// </summary>
internal sealed class TorchOptimizer : IDisposable
{
    private readonly Optimizer _rule;
    private readonly ParameterSpec[] _trained;
    private readonly Parameter[] _parameters;
    private readonly OptimizerHelper _torch;

    /// <summary>Creates the optimizer with the rule's state.</summary>
    /// <param name="rule">The rule, the tensors it updates, and its state so far.</param>
    /// <param name="module">The module that holds them.</param>
    public TorchOptimizer(Optimizer rule, PatchMoEModule module)
    {
        _rule = rule;
        _trained = [.. module.TensorSpecs.Where(spec => rule.Trained.Any(trained => trained.Offset == spec.Offset))];
        _parameters = [.. _trained.Select(spec => (Parameter)module.Weight(spec.Name))];
        _torch = Make(rule.Spec, _parameters);
        if (rule.Steps > 0)
        {
            TakeState();
        }
    }

    /// <summary>One update from the gradients stored in the parameters.</summary>
    /// <param name="learningRate">η.</param>
    public void Step(double learningRate)
    {
        foreach (optim.ILearningRateController group in _torch.ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        _torch.step();
        _rule.Steps++;
    }

    /// <summary>Copies torch's state to the rule's.</summary>
    public void Collect()
    {
        if (_rule.Steps > 0)
        {
            ForEachBuffer((values, state) => TensorValues.Read(state, values));
        }
    }

    public void Dispose() => _torch.Dispose();

    private static OptimizerHelper Make(OptimizerSpec spec, Parameter[] parameters) => spec.Kind switch
    {
        OptimizerKind.Sgd => optim.SGD(parameters, spec.LearningRate, weight_decay: spec.WeightDecay),
        OptimizerKind.Momentum => optim.SGD(parameters, spec.LearningRate, momentum: spec.Momentum, weight_decay: spec.WeightDecay),
        OptimizerKind.Adam => optim.Adam(parameters, spec.LearningRate, spec.Beta1, spec.Beta2, spec.Epsilon, spec.WeightDecay),
        OptimizerKind.AdamW => optim.AdamW(parameters, spec.LearningRate, spec.Beta1, spec.Beta2, spec.Epsilon, spec.WeightDecay),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kind, "Unknown optimizer."),
    };

    /// <summary>Copies the rule's state to torch's.</summary>
    private void TakeState()
    {
        using IDisposable gradients = no_grad();
        List<OptimizerState> states = _torch.state_dict().State;
        for (int i = 0; i < _parameters.Length; i++)
        {
            // The first step would create the velocity; a resumed run needs it now.
            if (states[i] is SGD.State velocity && _rule.Spec.Kind == OptimizerKind.Momentum)
            {
                velocity.momentum_buffer = zeros_like(_parameters[i]).DetachFromDisposeScope();
            }

            switch (states[i])
            {
                case AdamState adam:
                    adam.step = _rule.Steps;
                    break;
                case AdamWState adamW:
                    adamW.step = _rule.Steps;
                    break;
            }
        }

        ForEachBuffer((values, state) =>
        {
            using Tensor source = TensorValues.From<float>(values, state.device);
            state.copy_(source.reshape(state.shape));
        });
    }

    private delegate void BufferCopy(Span<float> values, Tensor state);

    /// <summary>Visits each trained tensor's part of each state buffer together with torch's tensor for it.</summary>
    private void ForEachBuffer(BufferCopy copy)
    {
        using DisposeScope scope = NewDisposeScope();
        List<OptimizerState> states = _torch.state_dict().State;
        for (int i = 0; i < _trained.Length; i++)
        {
            foreach ((string name, float[] values) in _rule.State)
            {
                copy(values.AsSpan(_trained[i].Offset, _trained[i].Length), Buffer(states[i], name));
            }
        }
    }

    private static Tensor Buffer(OptimizerState state, string name) => (state, name) switch
    {
        (SGD.State sgd, "velocity") => sgd.momentum_buffer,
        (AdamState adam, "first") => adam.exp_avg,
        (AdamState adam, "second") => adam.exp_avg_sq,
        (AdamWState adamW, "first") => adamW.exp_avg,
        (AdamWState adamW, "second") => adamW.exp_avg_sq,
        _ => throw new InvalidOperationException($"torch's {state.GetType()} has no {name}."),
    };
}
