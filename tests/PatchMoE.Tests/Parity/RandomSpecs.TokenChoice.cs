namespace PatchMoE.Tests.Parity;

/// <content>Token choice: every gate and pooling, with and without a capacity, with every auxiliary loss.</content>
internal sealed partial class RandomSpecs
{
    private LayerSpec DrawTokenChoice(LayerSpec layer)
    {
        bool limited = _random.Next(3) > 0;
        BalanceKind? balance = _random.Next(3) is var kind and < 2 ? (BalanceKind)kind : null;
        int chosen = _random.Next(3) == 0 ? layer.Experts : 1 + _random.Next(Math.Min(3, layer.Experts));
        if (chosen == layer.Experts && balance == BalanceKind.Switch)
        {
            // All shares are equal then, and the exact gradient 0, of which nothing can be within a part.
            balance = BalanceKind.Importance;
        }

        return layer with
        {
            Gate = (Gate)_random.Next(4),
            Pooling = (Pooling)_random.Next(3),
            Choice = new TokenChoiceSpec(chosen)
            {
                CapacityFactor = limited ? new[] { 0.1, 0.3, 0.5, 0.75, 1, 1.25, 2 }[_random.Next(7)] : null,
                Priority = limited ? (Priority)_random.Next(2) : Priority.Order,
                Balance = balance is { } known ? new BalanceSpec(known, 0.2) : null,
                ZLoss = _random.Next(3) == 0 ? 0.05 : 0,
            },
        };
    }
}
