// Package tls makes keys, certificate requests and certificates as the official provider does
// (https://www.pulumi.com/registry/packages/tls), which wraps hashicorp/terraform-provider-tls: the same properties,
// defaults, ids and reasons to replace, from the same library, Go's crypto/x509.
package tls

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/resource/provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Serve answers the engine until it goes away.
func Serve(version string) error {
	parsed, err := semver.ParseTolerant(version)
	if err != nil {
		return err
	}
	return provider.Main("tls", func(*provider.HostClient) (rpc.ResourceProviderServer, error) {
		return plugin.NewProviderServer(&server{version: parsed}), nil
	})
}

// kind is one type of resource. All values are plain: secrets are marked from outside.
type kind struct {
	inputs   map[resource.PropertyKey]input
	computed []resource.PropertyKey
	secrets  []resource.PropertyKey
	// check finds what is wrong beyond types, where all values are known.
	check func(values) []problem
	// create returns what it has made beside its inputs, and what identifies that.
	create func(values) (id string, made resource.PropertyMap, err error)
}

type input struct {
	types    valueType
	required bool
	// What it is where nothing is written.
	otherwise resource.PropertyValue
	// Whether another value leaves what was made as it is.
	harmless bool
}

type problem struct {
	property resource.PropertyKey
	reason   string
}

var kinds = map[tokens.Type]kind{
	"tls:index/privateKey:PrivateKey":               privateKey,
	"tls:index/certRequest:CertRequest":             certRequest,
	"tls:index/selfSignedCert:SelfSignedCert":       selfSignedCert,
	"tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
}

type server struct {
	plugin.UnimplementedProvider
	version semver.Version
}

func (s *server) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	return plugin.PluginInfo{Version: &s.version}, nil
}

func (s *server) CheckConfig(_ context.Context, request plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	return plugin.CheckConfigResponse{Properties: request.News}, nil
}

func (s *server) DiffConfig(context.Context, plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	return plugin.DiffConfigResponse{Changes: plugin.DiffNone}, nil
}

func (s *server) Configure(context.Context, plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	return plugin.ConfigureResponse{}, nil
}

func (s *server) Check(_ context.Context, request plugin.CheckRequest) (plugin.CheckResponse, error) {
	kind, err := kindOf(request.URN)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	inputs := resource.PropertyMap{}
	for key, value := range request.News {
		if !isInternal(key) && !plain(value).IsNull() {
			inputs[key] = value
		}
	}
	var problems []problem
	for key, value := range inputs {
		if declared, known := kind.inputs[key]; !known {
			problems = append(problems, problem{key, "this provider, which stands in for the official one, does not know it"})
		} else if reason := declared.types.refuses(plain(value)); reason != "" {
			problems = append(problems, problem{key, reason})
		}
	}
	for key, declared := range kind.inputs {
		_, written := inputs[key]
		if !written && declared.required {
			problems = append(problems, problem{key, "it is missing"})
		} else if !written && !declared.otherwise.IsNull() {
			inputs[key] = declared.otherwise
		}
	}
	if len(problems) == 0 && kind.check != nil {
		problems = kind.check(valuesOf(inputs))
	}
	sort.Slice(problems, func(a, b int) bool { return problems[a].property < problems[b].property })
	response := plugin.CheckResponse{Properties: inputs}
	for _, found := range problems {
		failure := plugin.CheckFailure{Property: found.property, Reason: found.reason}
		if request.News[found.property].ContainsSecrets() || slices.Contains(kind.secrets, found.property) {
			// The engine writes the value of the property that it is told, in clear.
			failure = plugin.CheckFailure{Reason: fmt.Sprintf("%s: %s", found.property, found.reason)}
		}
		response.Failures = append(response.Failures, failure)
	}
	return response, nil
}

func (s *server) Diff(_ context.Context, request plugin.DiffRequest) (plugin.DiffResponse, error) {
	kind, err := kindOf(request.URN)
	if err != nil {
		return plugin.DiffResponse{}, err
	}
	response := plugin.DiffResponse{Changes: plugin.DiffNone, DetailedDiff: map[string]plugin.PropertyDiff{}}
	for key, declared := range kind.inputs {
		before, after := plain(request.OldInputs[key]), plain(request.NewInputs[key])
		if before.DeepEquals(after) || ignored(request.IgnoreChanges, key) {
			continue
		}
		change := plugin.DiffUpdate
		if before.IsNull() {
			change = plugin.DiffAdd
		} else if after.IsNull() {
			change = plugin.DiffDelete
		}
		if !declared.harmless {
			change = change.AsReplace()
			response.ReplaceKeys = append(response.ReplaceKeys, key)
		}
		response.ChangedKeys = append(response.ChangedKeys, key)
		response.DetailedDiff[string(key)] = plugin.PropertyDiff{Kind: change, InputDiff: true}
	}
	if due(request.OldOutputs, request.NewInputs) {
		const key = "readyForRenewal"
		response.ChangedKeys = append(response.ChangedKeys, key)
		response.ReplaceKeys = append(response.ReplaceKeys, key)
		response.DetailedDiff[key] = plugin.PropertyDiff{Kind: plugin.DiffUpdateReplace}
	}
	if len(response.ChangedKeys) > 0 {
		response.Changes = plugin.DiffSome
	}
	return response, nil
}

func (s *server) Create(_ context.Context, request plugin.CreateRequest) (plugin.CreateResponse, error) {
	kind, err := kindOf(request.URN)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	outputs := request.Properties.Copy()
	if request.Preview {
		for _, key := range kind.computed {
			outputs[key] = resource.MakeComputed(resource.NewStringProperty(""))
		}
		return plugin.CreateResponse{Properties: kind.guard(outputs)}, nil
	}
	id, made, err := kind.create(valuesOf(request.Properties))
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	for key, value := range made {
		outputs[key] = value
	}
	return plugin.CreateResponse{ID: resource.ID(id), Properties: kind.guard(outputs), Status: resource.StatusOK}, nil
}

// Read finds everything as it was made, as there is nothing outside the state; only time goes on.
func (s *server) Read(_ context.Context, request plugin.ReadRequest) (plugin.ReadResponse, error) {
	kind, err := kindOf(request.URN)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	if len(request.State) == 0 {
		return plugin.ReadResponse{}, fmt.Errorf("%s cannot be imported: it is nowhere but in Pulumi's state", request.URN.Type())
	}
	outputs := request.State.Copy()
	if _, renews := outputs["readyForRenewal"]; renews {
		outputs["readyForRenewal"] = resource.NewBoolProperty(due(outputs, request.Inputs))
	}
	result := plugin.ReadResult{ID: request.ID, Inputs: request.Inputs, Outputs: kind.guard(outputs)}
	return plugin.ReadResponse{ReadResult: result, Status: resource.StatusOK}, nil
}

func (s *server) Update(_ context.Context, request plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	kind, err := kindOf(request.URN)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	outputs := request.OldOutputs.Copy()
	for key := range kind.inputs {
		delete(outputs, key)
		if value, written := request.NewInputs[key]; written {
			outputs[key] = value
		}
	}
	return plugin.UpdateResponse{Properties: kind.guard(outputs), Status: resource.StatusOK}, nil
}

func (s *server) Delete(context.Context, plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	return plugin.DeleteResponse{Status: resource.StatusOK}, nil
}

func (s *server) SignalCancellation(context.Context) error { return nil }

func kindOf(urn resource.URN) (kind, error) {
	if found, known := kinds[urn.Type()]; known {
		return found, nil
	}
	return kind{}, fmt.Errorf("this provider, which stands in for the official one, does not know %s", urn.Type())
}

// guard marks what nobody may see.
func (k kind) guard(outputs resource.PropertyMap) resource.PropertyMap {
	for _, key := range k.secrets {
		if value, written := outputs[key]; written && !value.IsSecret() {
			outputs[key] = resource.MakeSecret(value)
		}
	}
	return outputs
}

// due tells whether a certificate has come into the time in which it is to be renewed. Without a time to end it never
// does.
func due(outputs, inputs resource.PropertyMap) bool {
	ends, err := time.Parse(time.RFC3339, valuesOf(outputs).text("validityEndTime"))
	early := time.Duration(valuesOf(inputs).number("earlyRenewalHours")) * time.Hour
	return err == nil && !time.Now().Before(ends.Add(-early))
}

func ignored(paths []string, key resource.PropertyKey) bool {
	for _, path := range paths {
		if path == string(key) || strings.HasPrefix(path, string(key)+".") || strings.HasPrefix(path, string(key)+"[") {
			return true
		}
	}
	return false
}

// The engine adds properties of its own.
func isInternal(key resource.PropertyKey) bool { return strings.HasPrefix(string(key), "__") }
