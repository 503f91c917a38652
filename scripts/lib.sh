# Shared by scripts/run and scripts/test: the Debian packages that the project needs, and its build. Sourced, not run.

packages_build="gcc g++ cmake ninja-build pkg-config libgsl-dev libhdf5-dev librandom123-dev libfyaml-dev libxxhash-dev zlib1g-dev libjs-vega libmd-dev"
packages_test="git libcmocka-dev netcdf-bin udunits-bin python3 python3-numpy python3-h5py python3-netcdf4 python3-xarray \
python3-h5netcdf python3-matplotlib python3-yaml man-db lintian debootstrap chromium doxygen zsh fish"
# For the slow test of other processors (tests/processors); some 500 MB.
packages_cross="gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-riscv64-linux-gnu libc6-dev-riscv64-cross \
gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross qemu-user-static"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Installs the missing ones of the named packages; needs root or sudo only if one is missing.
install_missing() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "missing packages: ${missing[*]}; run as root, or install them and run again" >&2
            exit 1
        }
        as_root=(sudo)
    fi
    echo "installing ${missing[*]}" >&2
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
}

# Configures and builds a preset: build PRESET [cmake option]...
build() {
    local preset=$1
    shift
    (cd "$root" && cmake --preset "$preset" "$@" >/dev/null && cmake --build --preset "$preset" -- -k 0)
}
