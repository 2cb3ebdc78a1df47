using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PatchMoE.Packages.Tests;

/// <summary>Projects from the templates, on a machine that has the packages alone.</summary>
[TestFixture]
public sealed partial class TemplateTests
{
    [OneTimeSetUp]
    public void Install() => UserMachine.Run("dotnet", ".", "new", "install", Path.Combine(UserMachine.Feed, $"PatchMoE.Templates.{UserMachine.Version}.nupkg")).Succeeded();

    /// <summary>It trains, predicts, and predicts the same as a native program.</summary>
    [Test]
    public void Console_TrainsAndPredicts_AlsoAsANativeProgram()
    {
        UserMachine.Run("dotnet", ".", "new", "pmoe-console", "-o", "digits", "--feed", UserMachine.Feed, "--skipRestore").Succeeded();
        string[] trained = UserMachine.Run("dotnet", "digits", "run", "-c", "Release").Succeeded().Lines;
        Match accuracy = Accuracy().Match(trained[0]);
        Assert.That(accuracy.Success, trained[0]);
        Assert.That(double.Parse(accuracy.Groups["percent"].Value, System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThan(70));
        Assert.That(trained.Skip(1), Has.Exactly(5).Matches("^[a-z]+ [01]\\.[0-9][0-9], it is [a-z]+; the patches that spoke most for it begin at "));

        Outcome publish = UserMachine.Run("dotnet", "digits", "publish", "-c", "Release", "-o", UserMachine.File("native")).Succeeded();
        Assert.That(publish.All, Does.Not.Contain("warning"));
        Assert.That(UserMachine.Run(UserMachine.File("native/digits"), "digits").Succeeded().Lines, Is.EqualTo(trained.Skip(1)));
    }

    [Test]
    public async Task Service_TrainsAndClassifies()
    {
        // As in README: the folder is made a package source, and the template needs to know nothing of it.
        UserMachine.Run("dotnet", ".", "nuget", "add", "source", UserMachine.Feed, "--name", "patchmoe").Succeeded();
        UserMachine.Run("dotnet", ".", "new", "pmoe-service", "-o", "digit-service", "--skipRestore").Succeeded();
        UserMachine.Run("dotnet", "digit-service", "build", "-c", "Release", "-o", UserMachine.File("service")).Succeeded();
        using Process service = Process.Start(UserMachine.StartInfo("dotnet", UserMachine.File("digit-service"), isUser: true, UserMachine.File("service/digit-service.dll"), "--urls", "http://127.0.0.1:0"))!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri(await AddressAsync(service)) };
            Assert.That(await client.GetStringAsync("health"), Is.EqualTo("ok"));

            using HttpResponseMessage answer = await client.PostAsync("classify", new ByteArrayContent(Bitmap()));
            string text = await answer.Content.ReadAsStringAsync();
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
            using JsonDocument json = JsonDocument.Parse(text);
            Assert.That(json.RootElement.GetProperty("class").GetString(), Is.EqualTo("one"));
            Assert.That(json.RootElement.GetProperty("seen").GetArrayLength(), Is.EqualTo(3));

            using HttpResponseMessage refusal = await client.PostAsync("classify", new ByteArrayContent("no picture"u8.ToArray()));
            Assert.That(refusal.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        }
        finally
        {
            service.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> AddressAsync(Process service)
    {
        while (await service.StandardOutput.ReadLineAsync() is { } line)
        {
            TestContext.Out.WriteLine(line);
            if (Listening().Match(line) is { Success: true } match)
            {
                _ = service.StandardOutput.ReadToEndAsync();
                return match.Groups["address"].Value;
            }
        }

        throw new InvalidOperationException($"The service ended: {await service.StandardError.ReadToEndAsync()}");
    }

    /// <summary>28 × 28 pixels, black, with an upright white stroke: a one.</summary>
    private static byte[] Bitmap()
    {
        const int side = 28;
        const int header = 54;
        var bytes = new byte[header + (side * side * 3)];
        using var writer = new BinaryWriter(new MemoryStream(bytes));
        writer.Write("BM"u8);
        foreach (int value in (int[])[bytes.Length, 0, header, 40, side, side])
        {
            writer.Write(value);
        }

        writer.Write((short)1);
        writer.Write((short)24);
        for (int y = 5; y < 23; y++)
        {
            bytes.AsSpan(header + (((y * side) + 13) * 3), 9).Fill(255);
        }

        return bytes;
    }

    [GeneratedRegex("^(?<percent>[0-9.]+) % of 500 digits after .* of training on 1000 others; weights in weights.safetensors$")]
    private static partial Regex Accuracy();

    [GeneratedRegex("Now listening on: (?<address>http://[0-9.:]+)")]
    private static partial Regex Listening();
}
