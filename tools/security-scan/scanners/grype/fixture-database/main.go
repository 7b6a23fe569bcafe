// Command fixture-database writes a few records into a database in Grype's own form, with Grype's own library, so that
// the gate can be tried where no feed is in reach: fixture-database <records.json> <folder>.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/spf13/afero"
)

type record struct {
	ID, GHSA, Title, Severity, Ecosystem, Package, Vulnerable, Fixed string
}

func main() {
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(from, folder string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var list struct{ Records []record }
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	writer, err := v6.NewWriter(v6.Config{DBDirPath: folder, CacheSizeKiB: 1024})
	if err != nil {
		return err
	}
	for _, one := range list.Records {
		if err := putRecord(writer, one); err != nil {
			return err
		}
	}
	if err := writer.SetDBMetadata(); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	_, err = v6.WriteImportMetadata(afero.NewOsFs(), folder, "fixture of Cluster AI")
	return err
}

func putRecord(writer v6.ReadWriter, one record) error {
	now := time.Now().UTC()
	handle := affected(one)
	handle.Vulnerability.Status = v6.VulnerabilityActive
	handle.Vulnerability.PublishedDate = &now
	handle.Vulnerability.Provider.DateCaptured = &now
	if err := writer.AddVulnerabilities(handle.Vulnerability); err != nil {
		return err
	}
	return writer.AddAffectedPackages(handle)
}

func affected(one record) *v6.AffectedPackageHandle {
	fix := &v6.Fix{Version: one.Fixed, State: v6.FixedStatus}
	if one.Fixed == "" {
		fix.State = v6.NotFixedStatus
	}
	handle := &v6.AffectedPackageHandle{
		Vulnerability: &v6.VulnerabilityHandle{
			Name:      one.ID,
			Provider:  &v6.Provider{ID: "debian", Version: "1", Processor: "fixture of Cluster AI"},
			BlobValue: blob(one, one.ID),
		},
		Package: &v6.Package{Ecosystem: "deb", Name: one.Package},
		BlobValue: &v6.PackageBlob{
			CVEs:   []string{one.ID},
			Ranges: []v6.Range{{Version: v6.Version{Type: "dpkg", Constraint: one.Vulnerable}, Fix: fix}},
		},
	}
	if one.Ecosystem == "npm" {
		handle.Vulnerability.Name = one.GHSA
		handle.Vulnerability.Provider.ID = "github"
		handle.Vulnerability.BlobValue = blob(one, one.GHSA)
		handle.Vulnerability.BlobValue.Aliases = []string{one.ID}
		handle.Package.Ecosystem = "npm"
		handle.BlobValue.Ranges[0].Version.Type = "semver"
		return handle
	}
	name, version, _ := strings.Cut(one.Ecosystem, " ")
	handle.OperatingSystem = &v6.OperatingSystem{Name: name, ReleaseID: name, MajorVersion: version}
	return handle
}

func blob(one record, id string) *v6.VulnerabilityBlob {
	return &v6.VulnerabilityBlob{
		ID:          id,
		Description: one.Title,
		Severities:  []v6.Severity{{Scheme: v6.SeveritySchemeCHML, Value: strings.ToLower(one.Severity), Rank: 1}},
	}
}
