import Crypto
package import Foundation

/// Signs calls to AWS: Signature Version 4, in headers.
///
/// Source: AWS Identity and Access Management user guide, "AWS Signature Version 4 for API requests". Pure: the same call
/// at the same time has the same signature.
package struct SigV4: Sendable {
    /// The service names of the credential scope.
    package enum Service: String, Sendable { case bedrock, s3, sts, iam }

    /// A call as sent.
    package struct Call: Sendable {
        package var method: String
        /// With a port unless it is the scheme's default.
        package var host: String
        /// As sent, percent-encoded once.
        package var path: String
        /// As sent, without the question mark.
        package var query: String
        /// The headers to sign, besides those that signing adds.
        package var headers: [(name: String, value: String)]
        /// SHA-256 of the body in hexadecimal, or ``unsignedPayload``.
        package var payload: String

        package init(
            method: String, host: String, path: String, query: String = "",
            headers: [(name: String, value: String)] = [], payload: String = SigV4.emptyPayload
        ) {
            self.method = method
            self.host = host
            self.path = path
            self.query = query
            self.headers = headers
            self.payload = payload
        }
    }

    /// SHA-256 of nothing.
    package static let emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    /// The payload hash of a body that S3 does not verify.
    package static let unsignedPayload = "UNSIGNED-PAYLOAD"

    package let region: String
    package let service: Service

    package init(region: String, service: Service) {
        self.region = region
        self.service = service
    }

    /// The headers to add to the call.
    package func headers(for call: Call, keys: AWSKeys, at date: Date) -> [(name: String, value: String)] {
        let stamp = Self.stamp(date)
        var added = [(name: "x-amz-date", value: stamp)]
        if let token = keys.sessionToken { added.append(("x-amz-security-token", token)) }
        if service == .s3 { added.append(("x-amz-content-sha256", call.payload)) }
        let signed = signedHeaders(call, added)
        let scope = scope(stamp)
        let text = ["AWS4-HMAC-SHA256", stamp, scope, SHA256.hash(data: Data(canonical(call, signed).utf8)).hex]
        let key = signingKey(keys, stamp)
        let signature = HMAC<SHA256>.authenticationCode(for: Data(text.joined(separator: "\n").utf8), using: key)
        let names = signed.map(\.name).joined(separator: ";")
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(keys.accessKeyID)/\(scope), SignedHeaders=\(names), "
            + "Signature=\(signature.hex)"
        return added + [("authorization", authorization)]
    }

    /// SHA-256 of the canonical request, as in the documentation's test vectors.
    package func canonicalHash(of call: Call, keys: AWSKeys, at date: Date) -> String {
        var added = [(name: "x-amz-date", value: Self.stamp(date))]
        if let token = keys.sessionToken { added.append(("x-amz-security-token", token)) }
        if service == .s3 { added.append(("x-amz-content-sha256", call.payload)) }
        return SHA256.hash(data: Data(canonical(call, signedHeaders(call, added)).utf8)).hex
    }

    /// The signing key of a day, region and service, in hexadecimal.
    package func signingKeyHex(_ keys: AWSKeys, at date: Date) -> String {
        signingKey(keys, Self.stamp(date)).withUnsafeBytes { $0.hex }
    }

    // MARK: - The canonical request

    private func signedHeaders(
        _ call: Call, _ added: [(name: String, value: String)]
    ) -> [(name: String, value: String)] {
        let all = call.headers + added + [(name: "host", value: call.host)]
        return all.map { ($0.name.lowercased(), Self.collapsed($0.value)) }.sorted { $0.name < $1.name }
    }

    private func canonical(_ call: Call, _ signed: [(name: String, value: String)]) -> String {
        let headers = signed.map { "\($0.name):\($0.value)\n" }.joined()
        return [
            call.method, path(call.path), Self.query(call.query), headers, signed.map(\.name).joined(separator: ";"),
            call.payload,
        ].joined(separator: "\n")
    }

    /// S3 signs the path as sent; every other service normalizes it and encodes it again.
    private func path(_ path: String) -> String {
        let path = path.isEmpty ? "/" : path
        guard service != .s3 else { return path }
        var parts: [Substring] = []
        for part in path.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        let normal = "/" + parts.joined(separator: "/") + (path.hasSuffix("/") && !parts.isEmpty ? "/" : "")
        return normal.split(separator: "/", omittingEmptySubsequences: false).map { ServiceURL.encoded(String($0)) }
            .joined(separator: "/")
    }

    /// Names and values encoded once, in the order of their bytes.
    private static func query(_ query: String) -> String {
        query.split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return sides.map { ServiceURL.encoded($0.removingPercentEncoding ?? String($0)) }
        }
        .map { ($0[0], $0.count > 1 ? $0[1] : "") }
        .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    private static func collapsed(_ value: String) -> String {
        value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }

    // MARK: - The key

    private func scope(_ stamp: String) -> String {
        "\(stamp.prefix(8))/\(region)/\(service.rawValue)/aws4_request"
    }

    private func signingKey(_ keys: AWSKeys, _ stamp: String) -> SymmetricKey {
        var key = SymmetricKey(data: Data("AWS4\(keys.secretAccessKey)".utf8))
        for part in [String(stamp.prefix(8)), region, service.rawValue, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
        return key
    }

    /// `20260115T123456Z`.
    private static func stamp(_ date: Date) -> String {
        let plain = Date(timeIntervalSince1970: date.timeIntervalSince1970.rounded(.down)).formatted(.iso8601)
        return plain.filter { $0 != "-" && $0 != ":" }
    }
}
