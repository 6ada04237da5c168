import Foundation
import LLMBatchCore
import NIOHTTP1

/// Checks credentials, bucket and role before the upload, so that each mistake gets a specific error.
struct BedrockChecks: Sendable {
    let settings: BedrockSettings
    let bucket: S3Bucket
    /// Nil where roles cannot be checked.
    let roles: HTTPTransport?

    func run() async throws(ProviderError) {
        try await checkBucket()
        try await checkRole()
    }

    private func checkBucket() async throws(ProviderError) {
        let region: String?
        do throws(ProviderError) {
            region = try await bucket.region()
        } catch {
            throw explained(error.statusCode == 403 ? await reason(of: error) : error)
        }
        guard let region, region != settings.region else { return }
        throw Self.mistake(
            "the bucket \(settings.bucket) is in \(region), and the job is to run in \(settings.region): they must be the same"
        )
    }

    /// The reason for refused credentials: the answer to HEAD has no body, that of a list has one.
    private func reason(of refusal: ProviderError) async -> ProviderError {
        do throws(ProviderError) {
            try await bucket.isListed()
            return refusal
        } catch { return error.kind == .authentication ? error : refusal }
    }

    /// An answer to HEAD has only a status.
    private func explained(_ error: ProviderError) -> ProviderError {
        var error = error
        switch error.statusCode {
        case 404: error.message = "there is no bucket \(settings.bucket)"
        case 403 where error.kind == .authentication:
            error.message =
                "the credentials were refused before the bucket could be checked: \(settings.bucket): \(error.message)"
        case 403:
            error.message = "the credentials may not access the bucket \(settings.bucket), which needs s3:ListBucket"
        case .some(300..<400):
            error.message = "\(settings.bucket): \(error.message); the job is to run in \(settings.region)"
        default: break
        }
        return error
    }

    /// Without permission to read roles, the check is skipped: the role may still work.
    private func checkRole() async throws(ProviderError) {
        guard let roles else { return }
        let form = "Action=GetRole&Version=2010-05-08&RoleName=\(ServiceURL.encoded(settings.roleName))"
        let reply: HTTPTransport.Reply
        do throws(ProviderError) {
            reply = try await roles.send(
                .init(
                    method: .POST, path: [],
                    body: .bytes(Array(form.utf8), type: "application/x-www-form-urlencoded; charset=utf-8")))
        } catch {
            guard error.code == "NoSuchEntity" else { return }
            throw Self.mistake("there is no role \(settings.roleName) in account \(settings.accountID ?? "")")
        }
        let role = XMLTree(reply.body)?["GetRoleResult"]?["Role"]
        guard let policy = role?.string("AssumeRolePolicyDocument")?.removingPercentEncoding,
            !policy.contains("bedrock.amazonaws.com"), !policy.contains(#""*""#)
        else { return }
        throw Self.mistake(
            "the role \(settings.roleName) cannot be assumed by bedrock.amazonaws.com: its trust policy must allow it"
        )
    }

    /// A configuration error in the account. Nothing was sent, and the job can resume once it is fixed.
    private static func mistake(_ message: String) -> ProviderError {
        ProviderError(.notFound, delivery: .refused, message: message)
    }
}
