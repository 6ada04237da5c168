public import Foundation

extension ProviderDescription {
    /// Until when the provider is to keep the results of a job; nil where nothing is known, or nothing waits there.
    ///
    /// Counted from the intent to make the job, which is never later than the job itself.
    public func keepsResults(of state: JobState) -> Date? {
        guard let retention, let since = state.intendedAt else { return nil }
        guard state.phase == .submitted || state.phase == .collecting else { return nil }
        return since.addingTimeInterval(TimeInterval(retention))
    }

    /// True when the results of a job that was not collected may soon be gone: in the last tenth of the time, but at
    /// least in the last day, that the provider keeps them.
    public func isLosingResults(of state: JobState, at date: Date) -> Bool {
        guard let retention, let end = keepsResults(of: state) else { return false }
        return date > end.addingTimeInterval(-max(86_400, TimeInterval(retention) / 10))
    }
}
