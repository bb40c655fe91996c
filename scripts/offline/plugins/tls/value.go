package tls

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// plain is a value without its secrets' marks, and without what outputs carry beside their value.
func plain(value resource.PropertyValue) resource.PropertyValue {
	switch {
	case value.IsSecret():
		return plain(value.SecretValue().Element)
	case value.IsOutput() && value.OutputValue().Known:
		return plain(value.OutputValue().Element)
	case value.IsArray():
		items := make([]resource.PropertyValue, len(value.ArrayValue()))
		for at, item := range value.ArrayValue() {
			items[at] = plain(item)
		}
		return resource.NewArrayProperty(items)
	case value.IsObject():
		object := resource.PropertyMap{}
		for key, item := range value.ObjectValue() {
			if item = plain(item); !isInternal(key) && !item.IsNull() {
				object[key] = item
			}
		}
		return resource.NewObjectProperty(object)
	}
	return value
}

func isUnknown(value resource.PropertyValue) bool { return value.IsComputed() || value.IsOutput() }

// values are a resource's properties; what is not known yet is as if it were not written.
type values resource.PropertyMap

func valuesOf(properties resource.PropertyMap) values {
	return values(plain(resource.NewObjectProperty(properties)).ObjectValue())
}

func (v values) isKnown(keys ...resource.PropertyKey) bool {
	for _, key := range keys {
		if isUnknown(v[key]) {
			return false
		}
	}
	return true
}

func (v values) text(key resource.PropertyKey) string {
	if value := v[key]; value.IsString() {
		return value.StringValue()
	}
	return ""
}

func (v values) number(key resource.PropertyKey) int {
	if value := v[key]; value.IsNumber() {
		return int(value.NumberValue())
	}
	return 0
}

func (v values) truth(key resource.PropertyKey) bool {
	value := v[key]
	return value.IsBool() && value.BoolValue()
}

func (v values) texts(key resource.PropertyKey) []string {
	var texts []string
	if value := v[key]; value.IsArray() {
		for _, item := range value.ArrayValue() {
			if item.IsString() {
				texts = append(texts, item.StringValue())
			}
		}
	}
	return texts
}

func (v values) object(key resource.PropertyKey) values {
	if value := v[key]; value.IsObject() {
		return values(value.ObjectValue())
	}
	return values{}
}

type valueType string

const (
	aText       valueType = "a text"
	aNumber     valueType = "a whole number"
	aTruth      valueType = "true or false"
	someTexts   valueType = "a list of texts"
	aSubject    valueType = "an object"
	subjectText           = "commonName, country, emailAddress, locality, organization, organizationalUnit, postalCode, " +
		"province, serialNumber, streetAddresses"
)

// refuses says why a value is not of the type; empty where it is, or is not known yet.
func (t valueType) refuses(value resource.PropertyValue) string {
	if isUnknown(value) {
		return ""
	}
	fits := false
	switch t {
	case aText:
		fits = value.IsString()
	case aNumber:
		fits = value.IsNumber() && value.NumberValue() == float64(int(value.NumberValue()))
	case aTruth:
		fits = value.IsBool()
	case someTexts:
		fits = value.IsArray()
		if fits {
			for _, item := range value.ArrayValue() {
				fits = fits && (item.IsString() || isUnknown(item))
			}
		}
	case aSubject:
		fits = value.IsObject()
		if fits {
			for key := range value.ObjectValue() {
				if !strings.Contains(", "+subjectText+",", ", "+string(key)+",") {
					return fmt.Sprintf("a subject has no %s; it has %s", key, subjectText)
				}
			}
		}
	}
	if fits {
		return ""
	}
	return fmt.Sprintf("write %s", t)
}

var (
	text   = resource.NewStringProperty
	number = func(value int) resource.PropertyValue { return resource.NewNumberProperty(float64(value)) }
	truth  = resource.NewBoolProperty
)
