using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Experiments;

/// <summary>The data of the cells that were run last: cells beside each other mostly train on the same samples, which are then drawn or read once.</summary>
/// <param name="capacity">How many data sets are held.</param>
internal sealed class SharedData(int capacity)
{
    private readonly LinkedList<(string Key, Lazy<LoadedData> Data)> _held = new();
    private readonly Lock _lock = new();

    /// <summary>The data of a key; loaded if they are not held, by the first that asks, while the others wait.</summary>
    /// <param name="key">Everything that determines them.</param>
    /// <param name="load">Draws or reads them.</param>
    public LoadedData Take(string key, Func<LoadedData> load)
    {
        Lazy<LoadedData> data;
        lock (_lock)
        {
            LinkedListNode<(string Key, Lazy<LoadedData> Data)>? node = _held.First;
            while (node is not null && node.Value.Key != key)
            {
                node = node.Next;
            }

            if (node is null)
            {
                node = new((key, new Lazy<LoadedData>(load)));
                if (_held.Count == capacity)
                {
                    _held.RemoveLast();
                }
            }
            else
            {
                _held.Remove(node);
            }

            _held.AddFirst(node);
            data = node.Value.Data;
        }

        return data.Value;
    }
}
