#include <algorithm>
#include <cstring>

#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/cuda_emulator/shared_memory.h"

/// Devices, versions and errors.

using sidewinder::emulator::Call;
using sidewinder::emulator::Device;
using sidewinder::emulator::kSharedPerBlock;
using sidewinder::emulator::Runtime;
using sidewinder::emulator::runtime;

namespace {

constexpr int kSharedPerMultiprocessor = 228 * 1024;
constexpr int kL2Bytes = 50 * 1024 * 1024;

/// What every call but those about versions says without a usable driver or device.
cudaError_t usable() {
    const Device& device = runtime().device;
    if (device.driver_version < device.runtime_version) return cudaErrorInsufficientDriver;
    return device.count == 0 ? cudaErrorNoDevice : cudaSuccess;
}

cudaError_t attribute(int& value, cudaDeviceAttr which) {
    const Device& device = runtime().device;
    switch (which) {
        case cudaDevAttrComputeCapabilityMajor:
            value = device.compute / 10;
            break;
        case cudaDevAttrComputeCapabilityMinor:
            value = device.compute % 10;
            break;
        case cudaDevAttrMultiProcessorCount:
            value = device.multiprocessors;
            break;
        case cudaDevAttrMaxSharedMemoryPerBlock:
            value = 48 * 1024;
            break;
        case cudaDevAttrMaxSharedMemoryPerBlockOptin:
            value = static_cast<int>(kSharedPerBlock);
            break;
        case cudaDevAttrMaxSharedMemoryPerMultiprocessor:
            value = kSharedPerMultiprocessor;
            break;
        case cudaDevAttrReservedSharedMemoryPerBlock:
            value = 1024;
            break;
        case cudaDevAttrL2CacheSize:
            value = kL2Bytes;
            break;
        case cudaDevAttrMaxPersistingL2CacheSize:
            value = kL2Bytes / 2;
            break;
        case cudaDevAttrMaxAccessPolicyWindowSize:
            value = 128 * 1024 * 1024;
            break;
        case cudaDevAttrMaxThreadsPerBlock:
            value = 1024;
            break;
        case cudaDevAttrWarpSize:
            value = 32;
            break;
        case cudaDevAttrMaxThreadsPerMultiProcessor:
            value = 2048;
            break;
        case cudaDevAttrMaxRegistersPerMultiprocessor:
            value = 65536;
            break;
        case cudaDevAttrConcurrentKernels:
        case cudaDevAttrCooperativeLaunch:
            value = 1;
            break;
        case cudaDevAttrAsyncEngineCount:
            value = 3;
            break;
        case cudaDevAttrIntegrated:
            value = 0;
            break;
        case cudaDevAttrEccEnabled:
            value = 1;
            break;
        case cudaDevAttrComputeMode:
            value = cudaComputeModeDefault;
            break;
        case cudaDevAttrMemoryPoolsSupported:
            value = 0;
            break;
        default:
            return cudaErrorInvalidValue;
    }
    return cudaSuccess;
}

}  // namespace

cudaError_t cudaGetDeviceCount(int* count) {
    const Call call(__func__);
    *count = 0;
    if (!call) return call.error();
    Runtime& r = runtime();
    if (const cudaError_t error = usable(); error != cudaSuccess) return r.set_error(error);
    *count = r.device.count;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
    const Call call(__func__);
    if (!call) return call.error();
    Runtime& r = runtime();
    if (const cudaError_t error = usable(); error != cudaSuccess) return r.set_error(error);
    return device >= 0 && device < r.device.count ? cudaSuccess : r.set_error(cudaErrorInvalidDevice);
}

cudaError_t cudaInitDevice(int device, unsigned, unsigned) {
    return cudaSetDevice(device);
}

cudaError_t cudaGetDevice(int* device) {
    const Call call(__func__);
    if (!call) return call.error();
    *device = 0;
    return runtime().set_error(usable());
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
    const Call call(__func__);
    if (!call) return call.error();
    Runtime& r = runtime();
    if (const cudaError_t error = usable(); error != cudaSuccess) return r.set_error(error);
    if (device < 0 || device >= r.device.count) return r.set_error(cudaErrorInvalidDevice);
    *properties = {};
    r.device.name.copy(properties->name, sizeof properties->name - 1);
    properties->totalGlobalMem = r.device.memory;
    properties->sharedMemPerBlock = 48 * 1024;
    properties->sharedMemPerBlockOptin = kSharedPerBlock;
    properties->sharedMemPerMultiprocessor = kSharedPerMultiprocessor;
    properties->reservedSharedMemPerBlock = 1024;
    properties->regsPerBlock = properties->regsPerMultiprocessor = 65536;
    properties->warpSize = 32;
    properties->maxThreadsPerBlock = 1024;
    properties->maxThreadsPerMultiProcessor = 2048;
    properties->major = r.device.compute / 10;
    properties->minor = r.device.compute % 10;
    properties->multiProcessorCount = r.device.multiprocessors;
    properties->l2CacheSize = kL2Bytes;
    properties->persistingL2CacheMaxSize = kL2Bytes / 2;
    properties->ECCEnabled = 1;
    properties->asyncEngineCount = 3;
    properties->concurrentKernels = 1;
    properties->cooperativeLaunch = 1;
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr which, int device) {
    const Call call(__func__);
    if (!call) return call.error();
    Runtime& r = runtime();
    if (const cudaError_t error = usable(); error != cudaSuccess) return r.set_error(error);
    if (device < 0 || device >= r.device.count) return r.set_error(cudaErrorInvalidDevice);
    return r.set_error(attribute(*value, which));
}

cudaError_t cudaDeviceGetPCIBusId(char* id, int length, int) {
    const Call call(__func__);
    if (!call) return call.error();
    const char text[] = "0000:00:00.0";
    if (length < static_cast<int>(sizeof text)) return runtime().set_error(cudaErrorInvalidValue);
    std::memcpy(id, text, sizeof text);
    return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int* version) {
    const Call call(__func__);
    *version = call ? runtime().device.driver_version : 0;
    return call.error();
}

cudaError_t cudaRuntimeGetVersion(int* version) {
    const Call call(__func__);
    *version = call ? runtime().device.runtime_version : 0;
    return call.error();
}

cudaError_t cudaDeviceReset() {
    const Call call(__func__);
    if (!call) return call.error();
    sidewinder::emulator::reset_and_forget();
    return cudaSuccess;
}

cudaError_t cudaSetDeviceFlags(unsigned) {
    return Call(__func__).error();
}
cudaError_t cudaDeviceSetLimit(cudaLimit, std::size_t) {
    return Call(__func__).error();
}
cudaError_t cudaCtxResetPersistingL2Cache() {
    return Call(__func__).error();
}
cudaError_t cudaFuncSetCacheConfig(const void*, cudaFuncCache) {
    return Call(__func__).error();
}

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute which, int value) {
    const Call call(__func__);
    if (!call) return call.error();
    if (which != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
    if (value > static_cast<int>(kSharedPerBlock)) return runtime().set_error(cudaErrorInvalidValue);
    runtime().dynamic_smem[kernel] = value;
    return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* kernel) {
    const Call call(__func__);
    if (!call) return call.error();
    *attributes = {};
    attributes->maxThreadsPerBlock = 1024;
    attributes->maxDynamicSharedSizeBytes = static_cast<int>(runtime().dynamic_smem_of(kernel));
    return cudaSuccess;
}

/// As many as threads and shared memory allow; registers are not known here.
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void*, int threads,
                                                          std::size_t smem) {
    const Call call(__func__);
    if (!call) return call.error();
    if (threads < 1 || threads > 1024) return runtime().set_error(cudaErrorInvalidValue);
    const int by_threads = std::min(32, 2048 / ((threads + 31) / 32 * 32));
    *blocks = std::min(by_threads, kSharedPerMultiprocessor / static_cast<int>(smem + 1024));
    return cudaSuccess;
}

cudaError_t cudaGetLastError() {
    Runtime& r = runtime();
    const std::lock_guard lock(r.mutex);
    const cudaError_t error = r.last_error;
    r.last_error = r.sticky;
    return error;
}

cudaError_t cudaPeekAtLastError() {
    return runtime().last_error;
}

#define SIDEWINDER_ERRORS(X)                                                                             \
    X(cudaSuccess, "no error")                                                                           \
    X(cudaErrorInvalidValue, "invalid argument")                                                         \
    X(cudaErrorMemoryAllocation, "out of memory")                                                        \
    X(cudaErrorInitializationError, "initialization error")                                              \
    X(cudaErrorInsufficientDriver, "CUDA driver version is insufficient for CUDA runtime version")       \
    X(cudaErrorNoDevice, "no CUDA-capable device is detected")                                           \
    X(cudaErrorInvalidDevice, "invalid device ordinal")                                                  \
    X(cudaErrorNoKernelImageForDevice, "no kernel image is available for execution on the device")       \
    X(cudaErrorECCUncorrectable, "uncorrectable ECC error encountered")                                  \
    X(cudaErrorInvalidResourceHandle, "invalid resource handle")                                         \
    X(cudaErrorNotReady, "device not ready")                                                             \
    X(cudaErrorIllegalAddress, "an illegal memory access was encountered")                               \
    X(cudaErrorLaunchFailure, "unspecified launch failure")                                              \
    X(cudaErrorLaunchTimeout, "the launch timed out and was terminated")                                 \
    X(cudaErrorLaunchOutOfResources, "too many resources requested for launch")                          \
    X(cudaErrorCooperativeLaunchTooLarge, "too many blocks in cooperative launch")                       \
    X(cudaErrorMisalignedAddress, "misaligned address")                                                  \
    X(cudaErrorIllegalInstruction, "an illegal instruction was encountered")                             \
    X(cudaErrorDevicesUnavailable, "CUDA-capable device(s) is/are busy or unavailable")                  \
    X(cudaErrorDeviceUninitialized, "invalid device context")                                            \
    X(cudaErrorSystemDriverMismatch, "system has unsupported display driver / cuda driver combination")  \
    X(cudaErrorCompatNotSupportedOnDevice, "forward compatibility was attempted on non supported HW")    \
    X(cudaErrorStreamCaptureUnsupported, "operation not permitted when stream is capturing")             \
    X(cudaErrorStreamCaptureInvalidated, "operation failed due to a previous error during capture")      \
    X(cudaErrorStreamCaptureImplicit,                                                                    \
      "operation would make the legacy stream depend on a capturing blocking stream")                    \
    X(cudaErrorIllegalState, "the operation cannot be performed in the present state")                   \
    X(cudaErrorInvalidConfiguration, "invalid configuration argument")                                   \
    X(cudaErrorInvalidDeviceFunction, "invalid device function")                                         \
    X(cudaErrorInvalidKernelImage, "device kernel image is invalid")                                     \
    X(cudaErrorUnsupportedPtxVersion, "the provided PTX was compiled with an unsupported toolchain.")    \
    X(cudaErrorNotSupported, "operation not supported")                                                  \
    X(cudaErrorCapturedEvent, "operation not permitted on an event last recorded in a capturing stream") \
    X(cudaErrorStreamCaptureUnjoined, "capturing stream has unjoined work")                              \
    X(cudaErrorStreamCaptureUnmatched, "the capture was not initiated in this stream")                   \
    X(cudaErrorStreamCaptureIsolation, "dependency created on uncaptured work in another stream")        \
    X(cudaErrorNvlinkUncorrectable, "uncorrectable NVLink error detected during the execution")          \
    X(cudaErrorUnknown, "unknown error")

const char* cudaGetErrorName(cudaError_t error) {
    switch (error) {
#define SIDEWINDER_NAME(code, text) \
    case code:                      \
        return #code;
        SIDEWINDER_ERRORS(SIDEWINDER_NAME)
#undef SIDEWINDER_NAME
        default:
            return "unrecognized error code";
    }
}

const char* cudaGetErrorString(cudaError_t error) {
    switch (error) {
#define SIDEWINDER_STRING(code, text) \
    case code:                        \
        return text;
        SIDEWINDER_ERRORS(SIDEWINDER_STRING)
#undef SIDEWINDER_STRING
        default:
            return "unrecognized error code";
    }
}
