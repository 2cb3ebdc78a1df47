// The first answer of the published library: loads nothing, classifies one image, ends.
#include "mnist_joint.h"

int main(void)
{
    static float image[MNIST_JOINT_INPUT_LENGTH];
    int32_t best;
    image[6000] = 1;
    return mnist_joint_classify(image, 1, 0, &best, 0);
}
