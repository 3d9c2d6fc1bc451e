#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace garden {

/// A bed of the garden, in metres.
struct Bed {
    std::string name;
    double width = 0.0;
    double length = 0.0;

    double area() const { return width * length; }
};

/**
 * Plans how much water each bed gets.
 *
 * The planner mirrors the controller: litres per square metre, falling back to a
 * default where the season is unknown.
 */
class WateringPlan {
public:
    explicit WateringPlan(double litres_per_square_metre) : rate_(litres_per_square_metre) {
        if (rate_ <= 0.0) {
            throw std::invalid_argument("The rate must be positive, got " + std::to_string(rate_));
        }
    }

    // Add a bed to the plan
    void add(const Bed& bed) {
        beds_.push_back(bed);
        total_ += bed.area();
    }

    /// Returns the litres for a bed, or zero when it is not part of the plan.
    double litres(const std::string& name) const {
        const auto found = std::find_if(beds_.begin(), beds_.end(), [&](const Bed& bed) { return bed.name == name; });
        return found == beds_.end() ? 0.0 : found->area() * rate_;
    }

    /// Splits the water over several days → every day gets the same amount (e.g. 3 days: a third each).
    std::vector<double> schedule(int days) const {
        // Guard against an empty schedule
        if (days <= 0) {
            return {};
        }
        const double daily_amount = std::round(total_ * rate_ / days * 10.0) / 10.0;
        return std::vector<double>(static_cast<std::size_t>(days), daily_amount);
    }

private:
    double rate_;
    double total_ = 0.0; // square metres
    std::vector<Bed> beds_;
};

} // namespace garden
