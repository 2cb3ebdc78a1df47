using System.Diagnostics;
using Service;

namespace PatchMoE.ServiceLoad;

/// <summary>The sample's service with ONNX Runtime in the place of the model: all else is the same.</summary>
internal static class OnnxService
{
    public static void Run(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = RequestPicture.LongestBody);
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton<ServiceMetrics>();
        builder.Services.AddSingleton(_ => new OnnxDigits(Digits.Load(Digits.WeightsPath)));
        WebApplication app = builder.Build();
        app.Services.GetRequiredService<OnnxDigits>();
        app.MapPost("/classify", async (HttpRequest request, OnnxDigits model, ServiceMetrics metrics, CancellationToken cancellation, bool explain = false) =>
        {
            long started = Stopwatch.GetTimestamp();
            try
            {
                float[] pixels = await RequestPicture.ReadAsync(request, cancellation);
                Answer answer = model.Classify(pixels);
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
        app.Run();
    }
}
