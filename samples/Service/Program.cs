using System.Diagnostics;
using Service;

// A service that classifies pictures of digits: POST /classify, GET /health, GET /metrics. 'train FILE' writes the weights instead.
if (args is ["train", var file])
{
    using ILoggerFactory logging = LoggerFactory.Create(builder => builder.AddSimpleConsole(options => options.SingleLine = true));
    Digits.TrainTo(file, logging.CreateLogger("train"));
    return;
}

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = RequestPicture.LongestBody);
builder.Services.AddProblemDetails();
builder.Services.AddSingleton<ServiceMetrics>();

// One model for all requests: Classify and Explain may be called from any number of threads, and the container disposes it.
builder.Services.AddSingleton(_ => Digits.Load(Digits.WeightsPath));
WebApplication app = builder.Build();

// A damaged file ends the program at once, not at the first request.
app.Services.GetRequiredService<Digits>();

app.MapPost("/classify", async (HttpRequest request, Digits model, ServiceMetrics metrics, CancellationToken cancellation, bool explain = true) =>
{
    long started = Stopwatch.GetTimestamp();
    try
    {
        float[] pixels = await RequestPicture.ReadAsync(request, cancellation);
        Answer answer = Answer.Of(model, pixels, explain);
        metrics.Answered(Stopwatch.GetElapsedTime(started));
        return Results.Ok(answer);
    }
    catch (PictureException mistake)
    {
        metrics.Refused();
        return Results.Problem(mistake.Message, statusCode: mistake.Status);
    }
});
app.MapGet("/health", () => "ok");
app.MapGet("/metrics", (ServiceMetrics metrics) => Results.Text(metrics.ToText(), "text/plain; version=0.0.4"));
app.Run();
