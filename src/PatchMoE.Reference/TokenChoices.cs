namespace PatchMoE.Reference;

/// <summary>The experts that the valid patches of one sample or group chose, best first, and which of these experts had room.</summary>
/// <param name="Experts">Experts[j][i]: the i-th best of the t experts of patch j.</param>
/// <param name="Taken">Taken[j][i]: whether that expert took the patch; if not, the pair is dropped.</param>
internal sealed record TokenChoices(int[][] Experts, bool[][] Taken)
{
    /// <summary>Fills the experts up to their capacity: all first choices before any second, within a rank the patches in the order of priority.</summary>
    /// <param name="choice">Capacity and priority.</param>
    /// <param name="experts">As <see cref="Experts"/>.</param>
    /// <param name="probabilities">[j][e], the softmax over all experts of patch j's scores.</param>
    public static TokenChoices Admit(TokenChoiceSpec choice, int[][] experts, double[][] probabilities)
    {
        if (experts.Length == 0)
        {
            return new TokenChoices([], []);
        }

        int count = probabilities[0].Length;
        int capacity = choice.Capacity(experts.Length, count);
        bool[][] taken = [.. experts.Select(_ => new bool[choice.ExpertsPerPatch])];
        var load = new int[count];
        for (int rank = 0; rank < choice.ExpertsPerPatch; rank++)
        {
            foreach (int j in InOrder(choice.Priority, rank, experts, probabilities))
            {
                int e = experts[j][rank];
                taken[j][rank] = load[e] < capacity;
                load[e] += taken[j][rank] ? 1 : 0;
            }
        }

        return new TokenChoices(experts, taken);
    }

    /// <summary>The patches in the order in which their choices of one rank are taken; OrderBy is stable, so equal values keep the order of indices.</summary>
    private static IEnumerable<int> InOrder(Priority priority, int rank, int[][] experts, double[][] probabilities)
    {
        IEnumerable<int> patches = Enumerable.Range(0, experts.Length);
        return priority switch
        {
            Priority.Order => patches,
            Priority.Score => patches.OrderByDescending(j => probabilities[j][experts[j][0]]),
            _ => throw new ArgumentException($"Unknown priority {priority}.", nameof(priority)),
        };
    }
}
