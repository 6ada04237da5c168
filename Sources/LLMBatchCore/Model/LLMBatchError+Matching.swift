public import Foundation

extension LLMBatchError: LocalizedError {
    public var errorDescription: String? { message }
    public var recoverySuggestion: String? { remedy?.description }
}

extension LLMBatchError.Code: CustomStringConvertible {
    public var description: String { rawValue }

    /// Lets an error be caught by its code: `catch LLMBatchError.Code.notFound`.
    public static func ~= (code: Self, error: any Error) -> Bool { (error as? LLMBatchError)?.code == code }
}
