# The places of files for `cmake --install` and cpack.
# On Debian libraries lie in the folder of their architecture, whatever the prefix.
if(CMAKE_LIBRARY_ARCHITECTURE AND EXISTS /etc/debian_version)
    set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE} CACHE PATH "Folder of libraries below the prefix")
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS quadrille_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(TARGETS quadrille_shared EXPORT quadrille
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
install(TARGETS quadrille ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY include/quadrille DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(DIRECTORY experiments/ DESTINATION ${CMAKE_INSTALL_DATADIR}/quadrille/experiments COMPONENT program
        FILES_MATCHING PATTERN "*.yaml" PATTERN "*.csv")
install(FILES r/quadrille.R DESTINATION ${CMAKE_INSTALL_DATADIR}/quadrille/r COMPONENT program)
# The documents keep their folders, and files to which they link come with them.
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program
        FILES_MATCHING PATTERN "*.md" PATTERN "*.png" PATTERN "*.in.md" EXCLUDE)
install(FILES README.md CHANGELOG.md CITATION.cff CONTRIBUTING.md SECURITY.md SUPPORT.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(FILES experiments/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/experiments COMPONENT program)
install(FILES experiments/data/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/experiments/data COMPONENT program)
install(FILES experiments/rows/claims.csv experiments/rows/numbers.csv experiments/rows/runs.csv
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/experiments/rows COMPONENT program)
install(FILES bench/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/bench COMPONENT program)
install(FILES examples/own_rule.c examples/own_outcome.c DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT program)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT license) # not packaged: Debian has the text

# The man page and the completions of shells (src/CMakeLists.txt)
if(NOT CMAKE_CROSSCOMPILING)
    set(told ${CMAKE_BINARY_DIR}/told)
    install(FILES ${told}/quadrille.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
    install(FILES ${told}/quadrille DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
    install(FILES ${told}/_quadrille DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program)
    install(FILES ${told}/quadrille.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
endif()

# find_package(quadrille)
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/quadrille)
install(EXPORT quadrille NAMESPACE quadrille:: FILE quadrilleTargets.cmake DESTINATION ${config_folder} COMPONENT development)
configure_package_config_file(cmake/quadrilleConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/quadrilleConfig.cmake
                              INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/quadrilleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/quadrilleConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/quadrilleConfigVersion.cmake
        DESTINATION ${config_folder} COMPONENT development)

# pkg-config quadrille; the file tells where it is by itself, so that the tree can be moved
file(RELATIVE_PATH prefix_from_pc /root/${CMAKE_INSTALL_LIBDIR}/pkgconfig /root)
configure_file(cmake/quadrille.pc.in ${CMAKE_CURRENT_BINARY_DIR}/quadrille.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/quadrille.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

# The Python package, where Debian's Python looks
install(DIRECTORY python/quadrille DESTINATION lib/python3/dist-packages COMPONENT python
        FILES_MATCHING PATTERN "*.py" PATTERN "py.typed" PATTERN "__pycache__" EXCLUDE)

# Packages for Debian: cpack -G DEB. Each has its copyright and changelog, as Debian's policy asks.
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
set(debian_names program quadrille library libquadrille${PROJECT_VERSION_MAJOR} development libquadrille-dev python python3-quadrille)
while(debian_names)
    list(POP_FRONT debian_names component package)
    install(FILES packaging/debian/copyright ${CMAKE_BINARY_DIR}/told/changelog.gz
            DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endwhile()
set(CPACK_PACKAGE_NAME quadrille)
file(STRINGS packaging/addresses contact REGEX "^contact=")
string(REPLACE "contact=" "" contact "${contact}")
set(CPACK_PACKAGE_CONTACT "quadrille developers <${contact}>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Monte Carlo engine for coalition formation in randomized world orders")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL program library development python)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/src)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(about "It samples world orders, plays a model of coalition formation on each, and
writes the distributions of stability and fragmentation to HDF5.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME quadrille)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "python3-quadrille, r-cran-ncdf4")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "${about}")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libquadrille${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
# A trigger runs ldconfig; the scripts that CPack adds for the same are excused to lintian.
install(FILES packaging/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
        RENAME libquadrille${PROJECT_VERSION_MAJOR} COMPONENT library)
set(shared ${PROJECT_VERSION_MAJOR})
file(WRITE ${CMAKE_BINARY_DIR}/told/shlibs "libquadrille ${shared} libquadrille${shared} (>= ${PROJECT_VERSION})\n")
file(WRITE ${CMAKE_BINARY_DIR}/told/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA "${CMAKE_BINARY_DIR}/told/shlibs;${CMAKE_BINARY_DIR}/told/triggers")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "${about}\n.\nThis package holds the shared library.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libquadrille-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libquadrille${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION}), libgsl-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "${about}\n.\nThis package holds headers and the static library.")
set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-quadrille)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
set(CPACK_DEBIAN_PYTHON_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS
    "libquadrille${PROJECT_VERSION_MAJOR} (>= ${PROJECT_VERSION}), python3, python3-h5py, python3-numpy, python3-pandas, python3-xarray")
set(CPACK_DEBIAN_PYTHON_PACKAGE_SUGGESTS python3-matplotlib)
set(CPACK_DEBIAN_PYTHON_DESCRIPTION "${about}\n.\nThis package runs experiments from Python and reads their results.")
include(CPack)
