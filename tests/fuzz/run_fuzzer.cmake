# One smoke run: a corpus of its own that survives between runs, the seeds read-only, the dictionary.
set(corpus ${WORK}/corpus/${NAME})
file(MAKE_DIRECTORY ${corpus} ${WORK}/crashes)
# What the sanitizer holds back of freed memory (256 MB by itself) would count as used.
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=quarantine_size_mb=64 ${FUZZER} -max_total_time=${SECONDS} -max_len=65536 -rss_limit_mb=512 -malloc_limit_mb=256 -timeout=5
    -print_final_stats=1 -dict=${SOURCE}/dictionaries/json.dict -artifact_prefix=${WORK}/crashes/${NAME}-
    ${corpus} ${SOURCE}/seeds/${NAME}
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "fuzz_${NAME} ended with ${result}; the input is in ${WORK}/crashes")
endif()
