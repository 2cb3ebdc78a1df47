namespace PatchMoE.Gen.Emission.Text;

/// <summary>A place in an array of emitted code: a reference to its first value, and how many values behind it.</summary>
/// <param name="Array">The reference's name.</param>
/// <param name="Offset">Values behind it.</param>
internal readonly record struct Place(string Array, Expression Offset)
{
    public static implicit operator Place(string array) => new(array, 0);

    public static implicit operator Expression(Place place) => place.ToString();

    public static Place operator +(Place place, Expression offset) => place with { Offset = place.Offset + offset };

    /// <summary>The value there, or, behind <c>ref</c>, a reference to it.</summary>
    public override string ToString() => Offset.IsZero ? Array : $"Add(ref {Array}, {Offset})";
}
