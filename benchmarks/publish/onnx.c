// The first answer of the same network in ONNX Runtime, one thread: loads the model, classifies one image, ends.
#include <stddef.h>
#include "onnxruntime_c_api.h"

#define CHECK(call) do { if ((call) != NULL) return 1; } while (0)

int main(int argc, char **argv)
{
    static float image[112 * 112];
    const int64_t shape[] = { 1, 112, 112, 1 };
    const char *inputs[] = { "input" }, *outputs[] = { "class" };
    const OrtApi *ort = OrtGetApiBase()->GetApi(ORT_API_VERSION);
    OrtEnv *environment;
    OrtSessionOptions *options;
    OrtSession *session;
    OrtMemoryInfo *memory;
    OrtValue *input, *output = NULL;
    image[6000] = 1;
    CHECK(ort->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "first", &environment));
    CHECK(ort->CreateSessionOptions(&options));
    CHECK(ort->SetIntraOpNumThreads(options, 1));
    CHECK(ort->CreateSession(environment, argv[argc - 1], options, &session));
    CHECK(ort->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
    CHECK(ort->CreateTensorWithDataAsOrtValue(memory, image, sizeof image, shape, 4, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &input));
    CHECK(ort->Run(session, NULL, inputs, (const OrtValue *const *)&input, 1, outputs, 1, &output));
    return 0;
}
