using System.Globalization;
using PatchMoE;
using PatchMoE.Peers.Networks;
using PatchMoE.Peers.Onnx;
using PatchMoE.Peers.Protocol;
using PatchMoE.Peers.Torch;

// libtorch FOLDER THREADS, onnx FOLDER THREADS: reads weights, samples and results from FOLDER, then answers requests on standard input.
try
{
    if (args is not [("libtorch" or "onnx") and var library, var folder, var threads])
    {
        Console.Error.WriteLine("usage: libtorch FOLDER THREADS | onnx FOLDER THREADS");
        return 2;
    }

    ComparedNetwork network = ComparedNetwork.Read(folder);
    int number = int.Parse(threads, CultureInfo.InvariantCulture);
    using IPeer peer = library == "onnx" ? new OnnxPeer(network, number) : new TorchPeer(network, number);
    new PeerServer(peer).Serve(Console.In, Console.Out);
    return 0;
}
catch (BadInputException mistake)
{
    Console.Error.WriteLine($"error: {mistake.Message}");
    return 1;
}
