using PatchMoE.Training.Collectives;

namespace PatchMoE.Tests;

public sealed class ShareTreeTests
{
    private static IEnumerable<TestCaseData> SharesAndProcesses() =>
        Enumerable.Range(1, 9).SelectMany(shares => Enumerable.Range(1, shares).Select(processes => new TestCaseData(shares, processes)));

    [TestCaseSource(nameof(SharesAndProcesses))]
    public void EachShareIsInOneNodeOfOneProcess(int shares, int processes)
    {
        var tree = new ShareTree(shares, processes);
        int next = 0;
        for (int process = 0; process < processes; process++)
        {
            Assert.That(tree.SharesOf(process).First, Is.EqualTo(next));
            foreach (ShareTree.Node node in tree.NodesOf(process))
            {
                Assert.That(node.First, Is.EqualTo(next));
                Assert.That(IsInTree(tree.Root, node), Is.True, $"{node} is a node of the tree");
                next = node.End;
            }

            Assert.That(next, Is.EqualTo(tree.SharesOf(process).End).And.GreaterThan(tree.SharesOf(process).First));
        }

        Assert.That(next, Is.EqualTo(shares));
    }

    [Test]
    public void APowerOfTwoOfProcesses_HasOneNodeEach([Values(1, 2, 4, 8)] int processes)
    {
        var tree = new ShareTree(16, processes);
        for (int process = 0; process < processes; process++)
        {
            Assert.That(tree.NodesOf(process).Length, Is.EqualTo(1));
        }
    }

    private static bool IsInTree(ShareTree.Node root, ShareTree.Node node) => root == node || (!root.IsShare && (IsInTree(root.Left, node) || IsInTree(root.Right, node)));
}
