# Joins the modules of the charting library (each in the published form that asks for others by `require`) and the page's own
# scripts into one. Usage: cmake -DVEGA=FOLDER -DNOTICE=FILE -DASSETS=FOLDER -DOUT=FILE -P bundle.cmake
set(modules util time format loader statistics dataflow scale canvas scenegraph transforms view-transforms encode
    expression event-selector selection functions parser runtime view interpreter)
file(READ ${NOTICE} notice)
string(REPLACE "*/" "* /" notice "${notice}")
file(WRITE ${OUT} "/* This page carries Vega. Its copyright and licences:\n\n${notice}*/\n")
file(READ ${ASSETS}/loader.js text)
file(APPEND ${OUT} "${text}")
foreach(module IN LISTS modules)
    file(READ ${VEGA}/vega-${module}.min.js text)
    string(REGEX REPLACE "\n?//# sourceMappingURL=[^\n]*" "" text "${text}")
    # In a page, what would end the script element must not stand in a script.
    string(REPLACE "</script" "<\\/script" text "${text}")
    set(name vega-${module})
    if(module STREQUAL "selection")
        set(name vega-selections)
    endif()
    file(APPEND ${OUT} "modules['${name}'] = function (exports, require, module) {\n${text}\n};\n")
endforeach()
foreach(script chart figure figures page)
    file(READ ${ASSETS}/${script}.js text)
    file(APPEND ${OUT} "${text}")
endforeach()
