# SPDX-License-Identifier: MIT
# Writes OUTPUT, a C file holding every *.ini of FOLDER as a scenario, and every file of FOLDER/files, which letters carry:
# cmake -DFOLDER=… -DOUTPUT=… -P boxed-scenarios.cmake
set(count 0)
set(arrays "")
function(box_files pattern part result)
  file(GLOB files LIST_DIRECTORIES false ${pattern})
  list(SORT files)
  set(rows "")
  set(boxed 0)
  foreach(file IN LISTS files)
    get_filename_component(name ${file} ${part})
    file(READ ${file} bytes HEX)
    string(LENGTH "${bytes}" length)
    math(EXPR length "${length} / 2")
    string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND arrays "static const unsigned char bytes_${count}[] = {\n${bytes}0x00};\n")
    string(APPEND rows "    {\"${name}\", bytes_${count}, ${length}},\n")
    math(EXPR count "${count} + 1")
    math(EXPR boxed "${boxed} + 1")
  endforeach()
  set(count ${count} PARENT_SCOPE)
  set(arrays "${arrays}" PARENT_SCOPE)
  set(${result} "${rows}" PARENT_SCOPE)
  set(${result}_count ${boxed} PARENT_SCOPE)
endfunction()
box_files("${FOLDER}/*.ini" NAME_WE scenarios)
box_files("${FOLDER}/files/*" NAME letters)
file(WRITE ${OUTPUT} "/* Made from lessons/scenarios by boxed-scenarios.cmake. */
#include \"simulate/boxed-scenarios.h\"

${arrays}
const BoxedFile boxed_scenarios[] = {
${scenarios}};
const size_t boxed_scenario_count = ${scenarios_count};

const BoxedFile boxed_files[] = {
${letters}};
const size_t boxed_file_count = ${letters_count};
")
