/// What a retry sends of a request.
package enum RetriedRequest: Sendable, Hashable {
    case nothing
    /// The unchanged request.
    case whole
    /// A line that contains less of the request.
    case line([UInt8])

    /// The request to send; nil when nothing of it is sent.
    func request(_ stored: StoredRequest) -> StoredRequest? {
        switch self {
        case .nothing: return nil
        case .whole: return stored
        case .line(let line):
            var trimmed = stored
            let own = stored.request
            trimmed.request = BatchRequest(
                customID: own.customID, endpoint: own.endpoint, model: own.model, line: line)
            return trimmed
        }
    }
}
