public import Foundation

extension IncomingResult {
    /// The same result under the caller's name of its request, where the provider knows it by another.
    func renamed(_ name: CustomID) -> IncomingResult {
        var result = self
        result.customID = name
        guard let line, let object = try? JSONObject(line), object.string("custom_id") == customID.rawValue else {
            return result
        }
        result.nativeLine = nativeLine ?? line
        result.line = object.replacing("custom_id", with: JSONText.quoted(name.rawValue))
        return result
    }

    /// The result as it is kept.
    public func result(position: Int, endpoint: Endpoint, job: ProviderJobID, at date: Date) -> BatchResult {
        BatchResult(
            customID: customID, position: position, endpoint: endpoint, job: job, outcome: outcome,
            statusCode: statusCode, error: error, usage: usage, line: line, nativeLine: nativeLine, recordedAt: date,
            isReused: source == .reused)
    }
}

extension Anomaly {
    /// How many bytes of a line an anomaly keeps.
    public static let keptBytes = 64 * 1024

    /// A line for a custom id that its job does not hold.
    public static func unknownID(_ result: IncomingResult, job: ProviderJobID) -> Anomaly {
        Anomaly(
            job: job, kind: .unknownID, customID: result.customID, source: result.source,
            message: "the provider sent a line for \"\(result.customID)\", which this job does not hold",
            line: (result.nativeLine ?? result.line).map { Array($0.prefix(keptBytes)) })
    }

    /// A second line for a custom id.
    public static func duplicate(_ result: IncomingResult, job: ProviderJobID) -> Anomaly {
        Anomaly(
            job: job, kind: .duplicate, customID: result.customID, source: result.source,
            message: "the provider sent another line for \"\(result.customID)\"; the first one stands",
            line: (result.nativeLine ?? result.line).map { Array($0.prefix(keptBytes)) })
    }
}
