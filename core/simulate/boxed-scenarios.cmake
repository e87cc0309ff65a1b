# SPDX-License-Identifier: MIT
# Writes OUTPUT, a C file holding every *.ini of FOLDER: cmake -DFOLDER=… -DOUTPUT=… -P boxed-scenarios.cmake
file(GLOB files LIST_DIRECTORIES false ${FOLDER}/*.ini)
list(SORT files)
set(arrays "")
set(rows "")
set(count 0)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} bytes HEX)
  string(LENGTH "${bytes}" length)
  math(EXPR length "${length} / 2")
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char text_${count}[] = {\n${bytes}0x00};\n")
  string(APPEND rows "    {\"${name}\", text_${count}, ${length}},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUTPUT} "/* Made from lessons/scenarios by boxed-scenarios.cmake. */
#include \"simulate/boxed-scenarios.h\"

${arrays}
const BoxedScenario boxed_scenarios[] = {
${rows}};
const size_t boxed_scenario_count = ${count};
")
