import Metrics

/// Counts events in the program's metrics system (swift-metrics); without one, nothing is counted.
enum EventMetrics {
    static func count(_ kind: BatchEvent.Kind) {
        switch kind {
        case .claimed: Counter(label: "llmbatch_claims_total").increment()
        case .planned: Counter(label: "llmbatch_attempts_total").increment()
        case .advanced(_, let phase):
            Counter(label: "llmbatch_provider_job_phases_total", dimensions: [("phase", phase.rawValue)]).increment()
        // Counted with its duration, also where no batch is driven.
        case .called: break
        case .polled: Counter(label: "llmbatch_polls_total").increment()
        case .failed(_, let isTransient):
            Counter(label: "llmbatch_failed_calls_total", dimensions: [("transient", "\(isTransient)")]).increment()
        case .stored(let results): Counter(label: "llmbatch_results_total").increment(by: results)
        case .ended(let counts):
            for outcome in Outcome.allCases where counts[outcome] > 0 {
                Counter(label: "llmbatch_outcomes_total", dimensions: [("outcome", outcome.rawValue)])
                    .increment(by: counts[outcome])
            }
        }
    }

    /// Counts a call to a provider's service and records its duration.
    static func count(_ call: ProviderCall, provider: String) {
        let dimensions = [("provider", provider), ("status", call.statusClass)]
        Counter(label: "llmbatch_http_calls_total", dimensions: dimensions).increment()
        Timer(label: "llmbatch_http_call_duration_seconds", dimensions: dimensions).record(duration: call.duration)
    }
}
