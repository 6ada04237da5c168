/// Which results to return.
public enum ResultSelection: Sendable, Hashable {
    case all
    /// Successful results.
    case successful
    /// Results with any other outcome.
    case unsuccessful
    /// Results with one of these outcomes.
    case outcomes(Set<Outcome>)

    var outcomes: Set<Outcome>? {
        switch self {
        case .all: nil
        case .successful: [.succeeded]
        case .unsuccessful: Outcome.unsuccessful
        case .outcomes(let outcomes): outcomes
        }
    }
}
