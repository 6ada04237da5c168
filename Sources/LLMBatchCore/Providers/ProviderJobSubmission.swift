public import Foundation

/// The arguments of a create call.
public struct ProviderJobSubmission: Sendable {
    /// The input and the submission token; its bytes are for a service that takes them in the create call itself.
    public var input: ProviderJobInput
    /// The value that ``BatchProvider/upload(_:)`` returned.
    public var inputFileID: String
    /// When the intent was recorded.
    public var intendedAt: Date

    package init(input: ProviderJobInput, inputFileID: String, intendedAt: Date) {
        self.input = input
        self.inputFileID = inputFileID
        self.intendedAt = intendedAt
    }
}
