namespace PatchMoE.Ilgpu.Tests.Devices;

public class IlgpuDevicesTests
{
    [Test]
    public void List_HasEachDeviceOnce_AndTheCpuAcceleratorLast()
    {
        IReadOnlyList<IlgpuDeviceInfo> devices = IlgpuDevices.List();
        Assert.Multiple(() =>
        {
            Assert.That(devices[^1].Name, Is.EqualTo("cpu"));
            Assert.That(devices.Select(device => device.Name), Is.Unique);
            Assert.That(devices.Select(device => device.Memory), Is.All.Positive);
            Assert.That(devices.Select(device => device.Driver), Is.All.Not.Empty);
            Assert.That(devices.Select(device => device.ToString()), Is.All.Matches("^(cuda:[0-9]+|opencl:[0-9]+|cpu) +.+, [0-9.]+ (Mi|Gi|Ti)B, .+"));
        });
    }

    [Test]
    public void WithoutAName_ADeviceForTestsIsNotChosen()
    {
        if (IlgpuDevices.List().All(device => device.ByNameOnly))
        {
            Assert.That(() => IlgpuDevices.Open(), Throws.TypeOf<BadInputException>().With.Message.Contains("there is no GPU").And.Message.Contains("--device cpu"));
            return;
        }

        using IlgpuDevice device = IlgpuDevices.Open();
        Assert.That(device.Info.ByNameOnly, Is.False);
    }

    [Test]
    public void AnUnknownName_IsAnsweredWithThoseThatExist() => Assert.That(
        () => IlgpuDevices.Open("cuda:99"),
        Throws.TypeOf<BadInputException>().With.Message.StartsWith("--device cuda:99: there is no such device. The devices are ").And.Message.EndsWith("cpu."));

    [Test]
    public void AFailure_NamesTheDeviceTheWorkTheDriverAndWhatToDo()
    {
        var info = new IlgpuDeviceInfo("opencl:3", "Some GPU", 1 << 30, "Some driver 1.2", ByNameOnly: false);
        var cause = new NotSupportedException("PTX JIT compilation failed", new NotSupportedException("out of\nregisters."));
        Assert.That(
            DeviceFailure.Wrap(info, "compiling the kernels of Net", cause).Message,
            Is.EqualTo("--device opencl:3 (Some GPU, Some driver 1.2): compiling the kernels of Net failed: PTX JIT compilation failed: out of registers. "
                + "Choose another --device ('pmoe backends' lists them) or --backend."));
    }

    [TestCase(512, "512 bytes")]
    [TestCase(1536, "1.5 KiB")]
    [TestCase(85_038_000_000, "79.2 GiB")]
    public void Sizes_AreReadable(long bytes, string expected) => Assert.That(IlgpuDeviceInfo.Size(bytes), Is.EqualTo(expected));
}
