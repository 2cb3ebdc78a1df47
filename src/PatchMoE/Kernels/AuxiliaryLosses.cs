using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PatchMoE.Kernels;

/// <summary>
/// The auxiliary losses of a token-choice layer, from totals over all valid patches of a batch, and what its router's gradient needs of them. With k experts:
/// totals are Σ_j p_{j,e} [k], the number of choices of each expert [k], Σ_j (logsumexp_e s_{j,e})², and the number of patches N; factors are those of the balance loss [k],
/// ∂L/∂p_{j,e}, and the one of the z-loss, ∂L/∂lse_j = factor · lse_j. Both are equal for every patch, which is why the totals suffice.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AuxiliaryLosses
{
    /// <summary>Adds the sums of one instance to the totals.</summary>
    /// <param name="sums">[2k + 2], as the totals.</param>
    /// <param name="length">2k + 2.</param>
    /// <param name="totals">[2k + 2], added to.</param>
    public static void Add(ref double sums, int length, ref double totals)
    {
        for (int i = 0; i < length; i++)
        {
            Unsafe.Add(ref totals, i) += Unsafe.Add(ref sums, i);
        }
    }

    /// <summary>
    /// Switch's balance loss (Fedus et al., 2022): weight·k·Σ_e f_e·P_e, with f_e the share of all choices that are for expert e, a constant for the gradient, and P_e the mean of p_{j,e}.
    /// </summary>
    /// <param name="totals">[2k + 2].</param>
    /// <param name="experts">k.</param>
    /// <param name="weight">The loss's weight.</param>
    /// <param name="factors">[k + 1]; the first k are written.</param>
    public static double Switch(ref double totals, int experts, double weight, ref double factors)
    {
        double patches = Unsafe.Add(ref totals, (2 * experts) + 1);
        double choices = 0;
        for (int s = 0; s < experts; s++)
        {
            choices += Unsafe.Add(ref totals, experts + s);
        }

        double loss = 0;
        for (int s = 0; s < experts; s++)
        {
            double factor = patches == 0 ? 0 : weight * experts * (Unsafe.Add(ref totals, experts + s) / choices) / patches;
            Unsafe.Add(ref factors, s) = factor;
            loss += factor * Unsafe.Add(ref totals, s);
        }

        return loss;
    }

    /// <summary>The importance loss (Shazeer et al., 2017): weight·(σ/μ)² of the experts' Σ_j p_{j,e}, with the population's deviation σ. Their mean μ = N/k does not depend on the router.</summary>
    /// <param name="totals">[2k + 2].</param>
    /// <param name="experts">k.</param>
    /// <param name="weight">The loss's weight.</param>
    /// <param name="factors">[k + 1]; the first k are written.</param>
    public static double Importance(ref double totals, int experts, double weight, ref double factors)
    {
        double mean = Unsafe.Add(ref totals, (2 * experts) + 1) / experts;
        double scale = mean == 0 ? 0 : weight / (experts * mean * mean);
        double loss = 0;
        for (int s = 0; s < experts; s++)
        {
            double deviation = Unsafe.Add(ref totals, s) - mean;
            Unsafe.Add(ref factors, s) = 2 * scale * deviation;
            loss += scale * deviation * deviation;
        }

        return loss;
    }

    /// <summary>The router's z-loss (Zoph et al., 2022): weight · mean_j (logsumexp_e s_{j,e})².</summary>
    /// <param name="totals">[2k + 2].</param>
    /// <param name="experts">k.</param>
    /// <param name="weight">The loss's weight.</param>
    /// <param name="factors">[k + 1]; the last is written.</param>
    public static double Z(ref double totals, int experts, double weight, ref double factors)
    {
        double patches = Unsafe.Add(ref totals, (2 * experts) + 1);
        double scale = patches == 0 ? 0 : weight / patches;
        Unsafe.Add(ref factors, experts) = 2 * scale;
        return scale * Unsafe.Add(ref totals, 2 * experts);
    }

    /// <summary>Sets <paramref name="count"/> numbers to 0.</summary>
    public static void Clear(ref double start, int count) => MemoryMarshal.CreateSpan(ref start, count).Clear();
}
