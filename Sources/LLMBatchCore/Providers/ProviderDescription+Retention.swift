public import Foundation

extension ProviderDescription {
    /// The description under these settings: with `expires-after`, results are kept for exactly that long.
    package func adjusted(to settings: ProviderSettings) -> ProviderDescription {
        guard options["expires-after"] != nil, let lifetime = settings.options["expires-after"].flatMap({ Int($0) })
        else { return self }
        var adjusted = self
        adjusted.retention = min(retention ?? lifetime, lifetime)
        return adjusted
    }

    /// When the provider deletes the results of a job; nil when that is unknown or no results are waiting.
    ///
    /// Counted from the recorded intent to create the job, which is never later than the job itself.
    package func keepsResults(of state: ProviderJobState) -> Date? {
        guard let retention, let since = state.intendedAt else { return nil }
        guard [.submitted, .collecting].contains(state.phase) || state.lacksResults else { return nil }
        return since.addingTimeInterval(TimeInterval(retention))
    }

    /// True when the results of an uncollected job may soon be deleted: in the last tenth of the retention period, but
    /// at least in its last day.
    package func isLosingResults(of state: ProviderJobState, at date: Date) -> Bool {
        guard let retention, let end = keepsResults(of: state) else { return false }
        return date > end.addingTimeInterval(-max(86_400, TimeInterval(retention) / 10))
    }
}
