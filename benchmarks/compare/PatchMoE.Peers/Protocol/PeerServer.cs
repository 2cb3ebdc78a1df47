using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using PatchMoE.Measurement;

namespace PatchMoE.Peers.Protocol;

/// <summary>Answers requests for a peer, as torch_server.py does for PyTorch: lines of words separated by tabs, a JSON line back for each.</summary>
/// <param name="peer">The peer.</param>
internal sealed class PeerServer(IPeer peer)
{
    // A result that is not a number is an error to report, not one of the report.
    private static readonly JsonSerializerOptions s_json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly Dictionary<(string Formulation, string Pass), Action> _compiled = [];

    /// <summary>
    /// <c>names</c>: the formulations, the passes and the version. <c>check NAME</c>: the largest errors. <c>time NAME PASS N</c>: N single times in seconds, or more if the
    /// pass is short, after untimed runs of the same pass.
    /// </summary>
    public void Serve(TextReader input, TextWriter output)
    {
        while (input.ReadLine() is { } line)
        {
            output.WriteLine(JsonSerializer.Serialize(Answer(line.Split('\t')), s_json));
            output.Flush();
        }
    }

    private object Answer(string[] words) => words switch
    {
        ["names"] => new { names = peer.Formulations, passes = peer.Passes, version = peer.Version },
        ["check", var name] => peer.Check(name),
        ["time", var name, var pass, var runs] => Turn.Take(Compiled(name, pass), int.Parse(runs, CultureInfo.InvariantCulture)),
        _ => throw new BadInputException($"unknown request '{string.Join(' ', words)}'"),
    };

    /// <summary>The pass, run before until the JIT has optimised the code that calls the library.</summary>
    private Action Compiled(string formulation, string pass)
    {
        if (!_compiled.TryGetValue((formulation, pass), out Action? work))
        {
            work = peer.Work(formulation, pass);
            PassTimer.WarmUp(work);
            _compiled.Add((formulation, pass), work);
        }

        return work;
    }
}
