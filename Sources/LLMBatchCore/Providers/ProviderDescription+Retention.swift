public import Foundation

extension ProviderDescription {
    /// The same provider as these settings have it: with `expires-after`, results are kept for so long and no longer.
    public func adjusted(to settings: ProviderSettings) -> ProviderDescription {
        guard options["expires-after"] != nil, let lifetime = settings.options["expires-after"].flatMap({ Int($0) })
        else { return self }
        var adjusted = self
        adjusted.retention = min(retention ?? lifetime, lifetime)
        return adjusted
    }

    /// Until when the provider is to keep the results of a job; nil where nothing is known, or nothing waits there.
    ///
    /// Counted from the intent to make the job, which is never later than the job itself.
    public func keepsResults(of state: JobState) -> Date? {
        guard let retention, let since = state.intendedAt else { return nil }
        guard [.submitted, .collecting].contains(state.phase) || state.lacksResults else { return nil }
        return since.addingTimeInterval(TimeInterval(retention))
    }

    /// True when the results of a job that was not collected may soon be gone: in the last tenth of the time, but at
    /// least in the last day, that the provider keeps them.
    public func isLosingResults(of state: JobState, at date: Date) -> Bool {
        guard let retention, let end = keepsResults(of: state) else { return false }
        return date > end.addingTimeInterval(-max(86_400, TimeInterval(retention) / 10))
    }
}
