# Recipe for Spack: put it into packages/quadrille/ of a repository of recipes. The two addresses are those of packaging/addresses,
# written here by scripts/release; as long as they are at example.org, which has no owner, the recipe fetches nothing.
#
# SPDX-License-Identifier: GPL-3.0-or-later

from spack.package import *


class Quadrille(CMakePackage):
    """Monte Carlo research engine for coalition formation in randomized world orders."""

    homepage = "https://example.org/quadrille"
    git = "https://example.org/quadrille.git"

    license("GPL-3.0-or-later")

    version("0.2.0", tag="v0.2.0")

    variant("mpi", default=False, description="Share a run among MPI ranks")

    depends_on("c", type="build")
    depends_on("cmake@3.22:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("gsl")
    depends_on("hdf5@1.10.7:+hl")
    depends_on("random123")
    depends_on("libfyaml")
    depends_on("xxhash")
    depends_on("zlib-api")
    depends_on("libmd")
    depends_on("mpi", when="+mpi")

    def cmake_args(self):
        return [
            self.define("QUADRILLE_TESTS", False),
            self.define_from_variant("QUADRILLE_MPI", "mpi"),
            self.define("RANDOM123_INCLUDE_DIR", self.spec["random123"].prefix.include),
        ]

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def check_version(self):
        Executable(self.prefix.bin.quadrille)("--version")
