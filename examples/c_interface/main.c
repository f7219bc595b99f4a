/* A program in C runs a Paddle model: main MODEL_FOLDER, of 784 pixels to 10 digits. */
#include "wherry_c.h"

#include <math.h>
#include <stdio.h>

int main(int argc, char** argv) {
    char message[300] = "";
    const float pixels[28 * 28] = {0};
    const int64_t dims[] = {1, 28, 28};
    const int64_t odd_dims[] = {1, 28, 27};
    float scores[10] = {0}, sum = 0;
    wherry_model* model;

    if (argc != 2) return fprintf(stderr, "main MODEL_FOLDER\n"), 2;
    if (wherry_open("no/such/folder", NULL, message, sizeof message) != NULL) return 3;
    printf("%s\n", message);
    model = wherry_open(argv[1], NULL, message, sizeof message);
    if (model == NULL) return fprintf(stderr, "%s\n", message), 1;
    if (wherry_run(model, pixels, odd_dims, 3, scores, 10, message, sizeof message) != -1) return 4;
    printf("%s\n", message);
    if (wherry_run(model, pixels, dims, 3, scores, 10, message, sizeof message) != 10) return fprintf(stderr, "%s\n", message), 1;
    for (int i = 0; i < 10; ++i) sum += scores[i];
    for (int i = 0; i < 10; ++i) printf("%d: %.4f\n", i, scores[i]);
    wherry_close(model);
    return fabsf(sum - 1) < 1e-5F ? 0 : 5;
}
