using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Testing;
using PatchMoE.Training.Data;
using Service;
using SkiaSharp;

namespace PatchMoE.Service.Tests;

/// <summary>The sample's service, hosted in this process, with pictures that the network never saw.</summary>
[TestFixture]
public sealed class ServiceTests
{
    private const int Parallelism = 64;
    private const int Samples = 640;

    private readonly WebApplicationFactory<Program> _factory = new();
    private readonly List<byte[]> _pictures = [];
    private readonly List<int> _labels = [];
    private HttpClient _client = null!;

    [OneTimeSetUp]
    public void Start()
    {
        PatchMoESpec spec = Digits.Spec with { Data = new ImagesDataSpec("mnist", Train: 6000, Test: 4000) };
        (_, Dataset test) = DataLoader.Load(spec, dataFolder: null, seed: 1, specFolder: ".");
        for (int i = 0; i < Samples; i++)
        {
            _pictures.Add([.. test.InputsOf(i, 1).ToArray().Select(pixel => (byte)MathF.Round(pixel * 255))]);
            _labels.Add(test.Labels[i]);
        }

        _client = _factory.CreateClient();
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _client.Dispose();
        _factory.Dispose();
    }

    /// <summary>Every answer is what the model alone says of that picture, whatever the others ask meanwhile.</summary>
    [Test]
    public async Task ParallelRequests_GetTheRightClasses()
    {
        using Digits model = Digits.Load(Digits.WeightsPath);
        string[] expected = [.. _pictures.Select(picture => model.Classify(Array.ConvertAll(picture, pixel => pixel / 255f)).ClassName)];
        var answers = new Answer[Samples];
        await Parallel.ForAsync(0, Samples, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (i, cancellation) =>
            answers[i] = (await (await PostAsync(Bytes(i), explain: i % 2 == 0)).Content.ReadFromJsonAsync<Answer>(cancellation))!);
        Assert.That(answers.Select(answer => answer.Class), Is.EqualTo(expected));
        Assert.That(answers.Zip(_labels).Count(pair => pair.First.Class == $"{pair.Second}"), Is.GreaterThan(0.9 * Samples));
    }

    [Test]
    public async Task AnAnswer_HasProbabilitiesAndPatches()
    {
        HttpResponseMessage response = await PostAsync(Bytes(0), explain: true);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        JsonObject probabilities = answer["probabilities"]!.AsObject();
        Assert.That(probabilities.Select(one => one.Key).Order(), Is.EqualTo(Enumerable.Range(0, 10).Select(digit => $"{digit}")));
        Assert.That(probabilities.Sum(one => one.Value!.GetValue<double>()), Is.EqualTo(1).Within(1e-5));
        Assert.That(answer["probability"]!.GetValue<double>(), Is.EqualTo(probabilities[answer["class"]!.GetValue<string>()]!.GetValue<double>()));
        JsonObject patch = answer["explanation"]![0]!.AsObject();
        Assert.That(patch["width"]!.GetValue<int>(), Is.EqualTo(14));
        Assert.That(patch["experts"]!.AsArray(), Is.Not.Empty);
        Assert.That(patch["importance"]!.GetValue<double>(), Is.GreaterThan(0));
    }

    [Test]
    public async Task EveryForm_OfOnePicture_GetsTheSameAnswer()
    {
        using var png = new ByteArrayContent(Png(_pictures[3]));
        png.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var json = JsonContent.Create(_pictures[3].Select(pixel => (int)pixel));
        string bytes = await Text(await PostAsync(Bytes(3), explain: true));
        Assert.That(await Text(await PostAsync(png, explain: true)), Is.EqualTo(bytes));
        Assert.That(await Text(await PostAsync(json, explain: true)), Is.EqualTo(bytes));
    }

    [TestCase("application/octet-stream", "abc", HttpStatusCode.BadRequest, "The body has 3 bytes, not 784 bytes.")]
    [TestCase("application/json", "[1, 2]", HttpStatusCode.BadRequest, "The array has 2 numbers, not 784.")]
    [TestCase("application/json", "{", HttpStatusCode.BadRequest, "The body is no JSON array of numbers.")]
    [TestCase("image/png", "abc", HttpStatusCode.BadRequest, "body: this is no picture that can be read.")]
    [TestCase("text/html", "abc", HttpStatusCode.UnsupportedMediaType, "The content type is 'text/html'.")]
    public async Task WhatIsNoPicture_IsRefusedWithTheRule(string type, string body, HttpStatusCode status, string message)
    {
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse(type));
        HttpResponseMessage response = await PostAsync(content, explain: true);
        Assert.That(response.StatusCode, Is.EqualTo(status));
        Assert.That(await Text(response), Does.Contain(message));
    }

    [Test]
    public async Task APixelOutOfRange_IsNamed()
    {
        using var json = JsonContent.Create(Enumerable.Repeat(0, Digits.Pixels - 1).Append(256));
        Assert.That(await Text(await PostAsync(json, explain: true)), Does.Contain("Number 783 is 256."));
    }

    [Test]
    public async Task HealthAndMetrics_AreServed()
    {
        Assert.That(await _client.GetStringAsync("/health"), Is.EqualTo("ok"));
        long before = await Answers();
        await PostAsync(Bytes(0), explain: false);
        using var nothing = new StringContent("", MediaTypeHeaderValue.Parse("application/json"));
        await PostAsync(nothing, explain: false);
        Assert.That(await Answers(), Is.EqualTo(before + 1));
        string text = await _client.GetStringAsync("/metrics");
        Assert.That(text, Does.Match("service_refusals_total [1-9]"));
        Assert.That(text, Does.Contain("service_seconds_bucket{le=\"+Inf\"} "));
    }

    private async Task<long> Answers()
    {
        string text = await _client.GetStringAsync("/metrics");
        string line = text.Split('\n').Single(line => line.StartsWith("service_answers_total ", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private Task<HttpResponseMessage> PostAsync(HttpContent content, bool explain) => _client.PostAsync($"/classify?explain={explain}", content);

    private ByteArrayContent Bytes(int sample)
    {
        var content = new ByteArrayContent(_pictures[sample]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }

    private static Task<string> Text(HttpResponseMessage response) => response.Content.ReadAsStringAsync();

    private static byte[] Png(byte[] grey)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(28, 28, SKColorType.Gray8, SKAlphaType.Opaque));
        grey.CopyTo(bitmap.GetPixelSpan());
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
