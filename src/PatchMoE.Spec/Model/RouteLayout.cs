namespace PatchMoE;

/// <summary>
/// How to read the routes of one instance of layer 0, where each says that an expert takes a patch: [k, l] patches of each expert, or for token choice [n, t] experts of each patch.
/// </summary>
/// <param name="ByPatch">Whether a row is a patch and a route an expert.</param>
/// <param name="Rows">k or n.</param>
/// <param name="Columns">l or t.</param>
internal readonly record struct RouteLayout(bool ByPatch, int Rows, int Columns)
{
    /// <summary>The layout of a network whose layer 0 chooses patches or is chosen by them.</summary>
    public static RouteLayout Of(ModelSpec model) => model.RouteShape() is var shape
        ? new RouteLayout(model.Layers[0].Routing == Routing.TokenChoice, shape[1], shape[2])
        : default;

    /// <summary>The number of routes of an instance.</summary>
    public int Length => Rows * Columns;

    /// <summary>Expert and patch of a route that is not −1.</summary>
    /// <param name="index">Its index in the instance.</param>
    /// <param name="route">Its value.</param>
    public (int Expert, int Patch) At(int index, int route) => ByPatch ? (route, index / Columns) : (index / Columns, route);
}
