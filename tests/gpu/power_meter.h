#pragma once

#include <dlfcn.h>

/// The device's own meter and clock, by NVIDIA's management library; all zero where it is not there.
namespace sidewinder::bench {

class PowerMeter {
  public:
    PowerMeter() : library_(dlopen("libnvidia-ml.so.1", RTLD_NOW)) {
        if (!library_) return;
        const auto init = find<int (*)()>("nvmlInit_v2");
        const auto by_index = find<int (*)(unsigned, void**)>("nvmlDeviceGetHandleByIndex_v2");
        energy_ = find<int (*)(void*, unsigned long long*)>("nvmlDeviceGetTotalEnergyConsumption");
        clock_ = find<int (*)(void*, int, unsigned*)>("nvmlDeviceGetClockInfo");
        if (!init || !by_index || init() != 0 || by_index(0, &device_) != 0) device_ = nullptr;
    }
    PowerMeter(const PowerMeter&) = delete;
    PowerMeter& operator=(const PowerMeter&) = delete;
    ~PowerMeter() {
        if (library_) dlclose(library_);
    }

    /// Joules since the driver was loaded; the device counts anew some ten times a second.
    double joules() const {
        unsigned long long millijoules = 0;
        if (!device_ || !energy_ || energy_(device_, &millijoules) != 0) return 0;
        return static_cast<double>(millijoules) * 1e-3;
    }
    /// Of the multiprocessors, now.
    unsigned megahertz() const {
        constexpr int kMultiprocessors = 1;
        unsigned now = 0;
        if (!device_ || !clock_ || clock_(device_, kMultiprocessors, &now) != 0) return 0;
        return now;
    }

  private:
    template <class F>
    F find(const char* name) {
        return reinterpret_cast<F>(dlsym(library_, name));
    }

    void* library_ = nullptr;
    void* device_ = nullptr;
    int (*energy_)(void*, unsigned long long*) = nullptr;
    int (*clock_)(void*, int, unsigned*) = nullptr;
};

}  // namespace sidewinder::bench
