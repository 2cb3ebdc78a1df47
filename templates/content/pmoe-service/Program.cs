using PatchMoE;
using PatchMoE.Training;
using PatchMoE.Training.Data;

// A service that classifies pictures of digits: POST /classify with a PNG or JPEG file as the body, GET /health. The first start trains the network, which takes seconds.
const string weights = "weights.safetensors";
const int longestBody = 4 * 1024 * 1024;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = longestBody);
builder.Services.AddProblemDetails();

// One model for all requests: Classify and Explain may be called from any number of threads, and the container disposes it.
builder.Services.AddSingleton(_ => DigitsModel.Load(weights));
WebApplication app = builder.Build();
if (!File.Exists(weights))
{
    Train(app.Logger);
}

// A damaged file ends the program at once, not at the first request.
app.Services.GetRequiredService<DigitsModel>();

app.MapPost("/classify", async (HttpRequest request, DigitsModel model, CancellationToken cancellation) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body, cancellation);
    try
    {
        Explanation seen = model.Explain(body.ToArray(), "the body");
        return Results.Ok(new Answer(seen.Prediction.ClassName, seen.Prediction.Probability, [.. seen.MostImportant(3).Select(patch => patch.Place.Pixels!.Value)]));
    }
    catch (BadInputException mistake)
    {
        return Results.Problem(mistake.Message, statusCode: StatusCodes.Status400BadRequest);
    }
});
app.MapGet("/health", () => "ok");
app.Run();

static void Train(ILogger logger)
{
    string specFile = Path.Combine(AppContext.BaseDirectory, "specs", "digits.json");
    PatchMoESpec spec = SpecReader.Read(File.ReadAllText(specFile), specFile).Spec!;
    (Dataset train, Dataset test, ModelMetadata metadata) = DataLoader.Load(spec, dataFolder: null, seed: 1, specFolder: Path.GetDirectoryName(specFile)!);
    using var model = new DigitsModel { Metadata = metadata };
    model.Fit(train, test, training: spec.Training, logger: logger);
    model.Save(weights);
}

/// <summary>What a request gets.</summary>
/// <param name="Class">The predicted class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Seen">The patches of the picture that spoke most for it, in pixels of the network's 28 × 28.</param>
public sealed record Answer(string Class, float Probability, IReadOnlyList<PixelRectangle> Seen);

// The source generator writes the rest of the class: weights, passes, training.
[PatchMoE("specs/digits.json")]
public sealed partial class DigitsModel;
