using System.Globalization;

namespace PatchMoE.Gen.Emission.Text;

/// <summary>
/// An index expression of emitted code: it folds constants, drops what changes nothing (· 1, + 0, / 1) and sets parentheses by precedence. Indices are
/// never negative, so n / 1, 0 / n and n % 1 fold too.
/// </summary>
internal readonly struct Expression : IEquatable<Expression>
{
    private readonly string? _text;
    private readonly Precedence _precedence;

    private readonly string? _multiplied;
    private readonly long _factor;

    private readonly long? _value;

    private Expression(string text, Precedence precedence, long? value = null) => (_text, _precedence, _value) = (text, precedence, value);

    /// <summary>A product with a constant, which further constants multiply.</summary>
    private Expression(string multiplied, long factor)
        : this($"{multiplied} * {factor.ToString(CultureInfo.InvariantCulture)}", Precedence.Product) => (_multiplied, _factor) = (multiplied, factor);

    private enum Precedence
    {
        Name,
        Primary,
        Unary,
        Product,
        Sum,
        Other,
    }

    /// <summary>The value of a constant; null where it is known only at run time.</summary>
    public long? Value => _text is null ? 0 : _value;

    /// <summary>Whether it is the constant 0.</summary>
    public bool IsZero => Value == 0;

    /// <summary>Whether it is a number or the name of a variable, so that it can stand twice.</summary>
    public bool IsPlain => _precedence == Precedence.Name || Value is not null;

    public static implicit operator Expression(long value) => new(value.ToString(CultureInfo.InvariantCulture), value < 0 ? Precedence.Unary : Precedence.Primary, value);

    public static implicit operator Expression(int value) => (long)value;

    /// <summary>A name, a member access, a call or an element: anything that binds more tightly than every operator.</summary>
    public static implicit operator Expression(string primary) => new(primary, Precedence.Primary);

    /// <summary>The name of a variable.</summary>
    public static Expression Name(string name) => new(name, Precedence.Name);

    public static Expression operator +(Expression left, Expression right) => (left.Value, right.Value) switch
    {
        (long a, long b) => a + b,
        (0, _) => right,
        (_, 0) => left,
        _ => new($"{left.In(Precedence.Sum)} + {right.In(Precedence.Sum)}", Precedence.Sum),
    };

    public static Expression operator -(Expression left, Expression right) => (left.Value, right.Value) switch
    {
        (long a, long b) => a - b,
        (_, 0) => left,
        _ => new($"{left.In(Precedence.Sum)} - {right.In(Precedence.Product)}", Precedence.Sum),
    };

    public static Expression operator *(Expression left, Expression right) => (left.Value, right.Value) switch
    {
        (long a, long b) => a * b,
        (0, _) or (_, 0) => 0,
        (1, _) => right,
        (_, 1) => left,
        (_, long factor) when left._multiplied is not null => new(left._multiplied, left._factor * factor),
        (_, long factor) => new(left.In(Precedence.Product), factor),
        _ => new($"{left.In(Precedence.Product)} * {right.In(Precedence.Product)}", Precedence.Product),
    };

    public static Expression operator /(Expression left, Expression right) => (left.Value, right.Value) switch
    {
        (long a, long b) => a / b,
        (0, _) => 0,
        (_, 1) => left,
        _ => new Expression($"{left.In(Precedence.Product)} / {right.In(Precedence.Unary)}", Precedence.Product),
    };

    public static Expression operator %(Expression left, Expression right) => (left.Value, right.Value) switch
    {
        (long a, long b) => a % b,
        (0, _) or (_, 1) => 0,
        _ => new Expression($"{left.In(Precedence.Product)} % {right.In(Precedence.Unary)}", Precedence.Product),
    };

    /// <summary>The smaller of two.</summary>
    public static Expression Min(Expression left, Expression right) =>
        left.Value is { } a && right.Value is { } b ? Math.Min(a, b) : left.IsZero || right.IsZero ? 0 : new Expression($"Math.Min({left}, {right})", Precedence.Primary);

    /// <summary>left / right, rounded up.</summary>
    public static Expression CeilingOver(Expression left, int right) => (left + (right - 1)) / right;

    /// <summary>The expression as a wider integer, so that what follows cannot overflow.</summary>
    public Expression As(string type) => Value is null ? new Expression($"({type}){In(Precedence.Unary)}", Precedence.Unary) : this;

    /// <summary>A text of C# that is not arithmetic of this model: a condition, a conditional expression. In a larger expression it gets parentheses.</summary>
    public static Expression Raw(string text) => new(text, Precedence.Other);

    public bool Equals(Expression other) => ToString() == other.ToString();

    public override bool Equals(object? obj) => obj is Expression other && Equals(other);

    public override int GetHashCode() => ToString().GetHashCode();

    /// <summary>The C# text.</summary>
    public override string ToString() => _text ?? "0";

    /// <summary>As an operand. A chain of sums needs no parentheses; a product within a sum gets them, for readability.</summary>
    private string In(Precedence outer)
    {
        bool alone = _precedence <= Precedence.Unary || (outer == Precedence.Sum && _precedence == Precedence.Sum);
        return alone ? ToString() : $"({this})";
    }
}
