#ifndef WHERRY_C_H
#define WHERRY_C_H

#include <stddef.h>
#include <stdint.h>

/* A Paddle model as plain C functions, for C#, Java, Python's ctypes and other hosts. Nothing throws across them. Make it yours: name
   the operators of your models in wherry_c.cpp, and export what your host needs. */

#ifdef _WIN32
#define WHERRY_C_API __declspec(dllexport)
#else
#define WHERRY_C_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wherry_model wherry_model;

/* Opens a folder that save_inference_model wrote; params_file is the one file of all variables in it, or NULL for one file per variable.
   Returns NULL after a failure, and then a line in message (ended by 0, cut to message_bytes). Paths are UTF-8. */
WHERRY_C_API wherry_model* wherry_open(const char* folder, const char* params_file, char* message, size_t message_bytes);

/* Runs the model, which has one input and one output, on float32 values of these dims. A model is for one thread at a time.
   Returns the count of output values, of which the first output_count are copied to output; -1 after a failure. */
WHERRY_C_API int64_t wherry_run(wherry_model* model, const float* input, const int64_t* dims, size_t rank, float* output,
                                size_t output_count, char* message, size_t message_bytes);

/* NULL is fine. */
WHERRY_C_API void wherry_close(wherry_model* model);

#ifdef __cplusplus
}
#endif

#endif
